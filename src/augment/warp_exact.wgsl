// Trilinear interpolation in f32 from eight loads of a storage buffer, neighbours clamped to the volume. A part of warp.wgsl.
@group(0) @binding(2) var<storage, read> image: array<f32>;

fn sample(at: vec3f) -> f32 {
  let d = p.dims;
  let q = clamp(at, vec3f(0), vec3f(d - 1));
  let f = floor(q);
  let t = q - f;
  let b = vec3i(f);
  let e = min(b + 1, d - 1);
  let r00 = d.x * (b.y + d.y * b.z);
  let r10 = d.x * (e.y + d.y * b.z);
  let r01 = d.x * (b.y + d.y * e.z);
  let r11 = d.x * (e.y + d.y * e.z);
  let lo = vec4f(image[r00 + b.x], image[r10 + b.x], image[r01 + b.x], image[r11 + b.x]);
  let hi = vec4f(image[r00 + e.x], image[r10 + e.x], image[r01 + e.x], image[r11 + e.x]);
  let x = mix(lo, hi, vec4f(t.x));
  let y = mix(x.xz, x.yw, vec2f(t.y));
  return mix(y.x, y.y, t.z);
}
