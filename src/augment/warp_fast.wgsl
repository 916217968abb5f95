// The hardware's linear sampler, as the paper's own code. A part of warp.wgsl. NVIDIA's filter has fractions of 8 bits: about
// 2 HU off at an edge of 1000 HU; lavapipe's is off by some 0.02 HU even for the identity.
@group(0) @binding(2) var image: texture_3d<f32>;
@group(0) @binding(3) var linear: sampler;

fn sample(at: vec3f) -> f32 {
  return textureSampleLevel(image, linear, (at + 0.5) / vec3f(p.dims), 0.0).x;
}
