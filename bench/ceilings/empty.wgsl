// The least a kernel can do: one invocation writes one word. Its submit-and-read is the overhead every measured call pays.
// Bindings: mark (write, one u32). Workgroup 1. Exact.
@group(0) @binding(0) var<storage, read_write> mark: array<u32>;

@compute @workgroup_size(1)
fn main() {
  mark[0] = 1u;
}
