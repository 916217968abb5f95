// Philox4x32-10 and Gaussian noise. Included as text in front of a kernel that wants random numbers; it has no bindings and
// no entry point of its own. Twin: philox.ts (words, bit for bit) and normal.ts (normals).
//
// Layout, fixed: key = (seed low, seed high), counter = (index low, index high, stream low, stream high). Normal number i of a
// key lies in block index = floor(i / 4), lane i % 4: words (0, 1) of philox() give normals 0 and 1, words (2, 3) give 2 and 3.
//
// philox(): integers, acceptance class exact. WGSL has no 64-bit integers, so the high half of a product is put together from
// 16-bit halves. The algorithm is Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
//
// normal_pair(): Box-Muller, acceptance class absolute, 1e-5 sigma against f64 for every pair of words on every adapter.
// WGSL's own log and cos are only good to about 2^-21 and 2^-11, and sqrt and inverseSqrt to a few ULP, so nothing here but
// +, -, *, one division (2.5 ULP in WGSL) and integer operations; ranges are reduced on the integers, without rounding.
// Polynomials: Remez fits in 40 digits, then rounded to f32; their maximal errors:
//   log:    atanh(q) / q = 1 + z P(z), z = q^2 in [0, 0.02944], P of degree 2: 8.1e-10 relative
//   cosine: cos(pi v / 4) = 1 + w C(w), w = v^2 in [0, 1], C of degree 3: 5.4e-11
//   sine:   sin(pi v / 4) = v S(w), S of degree 3: 2.4e-9
// Rounded to f32 throughout and gone through exhaustively, all 2^32 words each: radius within 1.1e-6 (3.0e-7 relative), direction
// within 1.1e-7, hence a normal within 2.2e-6. WGSL leaves the rounding direction open: with upward, downward and truncating
// rounding (every 499th word) radius 1.8e-6, direction 1.8e-7, hence 3.5e-6. Fused multiply-adds make neither worse.
//
// Versions tried, 4.2 M normals (one philox() and two normal_pair() an invocation, workgroups of 64), median of 21, lavapipe
// (Mesa 22.3.6), 2 cores, no transfer:
//   WGSL's log, cos, sin, sqrt       5.7 ms, wrong by up to 1.9e-4
//   this, rounds in a rolled loop    6.1 ms
//   rounds unrolled by hand          6.2 ms
//   select instead of the if         6.1 ms
//   inverseSqrt instead of Newton    5.9 ms: not taken, its rounding is the driver's
//   philox() alone                   4.5 ms

fn philox_high_product(a: u32, b: u32) -> u32 {
  let low_a = a & 0xffffu;
  let high_a = a >> 16u;
  let low_b = b & 0xffffu;
  let high_b = b >> 16u;
  // Neither sum can pass 2^32: (2^16 - 1)^2 + 2^16 - 1 = 2^32 - 2^16.
  let middle = high_a * low_b + ((low_a * low_b) >> 16u);
  let carry = low_a * high_b + (middle & 0xffffu);
  return high_a * high_b + (middle >> 16u) + (carry >> 16u);
}

// Four random words from a counter and a key.
fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    c = vec4u(
      philox_high_product(0xcd9e8d57u, c.z) ^ c.y ^ k.x,
      0xcd9e8d57u * c.z,
      philox_high_product(0xd2511f53u, c.x) ^ c.w ^ k.y,
      0xd2511f53u * c.x,
    );
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

// sqrt(-2 ln u) for u = (bits + 0.5) / 2^32.
fn normal_radius(bits: u32) -> f32 {
  // u = 2^exponent (1 + f), 1 + f in [sqrt(1/2), sqrt(2)): the mantissa and exponent of bits + 0.5 by integer arithmetic.
  let shifted = bitcast<u32>(f32(bits) + 0.5) + (0x3f800000u - 0x3f3504f3u);
  var exponent = f32(i32(shifted >> 23u) - 159);
  var f = bitcast<f32>((shifted & 0x7fffffu) + 0x3f3504f3u) - 1.0;
  if (bits >= 0xb504f334u) {
    // u > sqrt(1/2): f = u - 1 from the complement, whose float keeps its relative precision as u nears 1.
    exponent = 0.0;
    f = -(f32(~bits) + 0.5) * 0x1p-32;
  }
  let q = f / (2.0 + f);
  let z = q * q;
  let log_f = 2.0 * q * (1.0 + z * (0.33333388 + z * (0.19988768 + z * 0.14935932)));
  let square = -2.0 * (exponent * 0.69314718 + log_f);
  // Newton's iteration for 1 / sqrt from a guess within 3.5 %: 1.8e-3, 4.7e-6, then below rounding.
  let half = 0.5 * square;
  var y = bitcast<f32>(0x5f3759dfu - (bitcast<u32>(square) >> 1u));
  y = y * (1.5 - half * y * y);
  y = y * (1.5 - half * y * y);
  y = y * (1.5 - half * y * y);
  return square * y;
}

// (cos, sin) of 2 pi bits / 2^32.
fn normal_direction(bits: u32) -> vec2f {
  let quarter = (bits + 0x20000000u) >> 30u;
  let v = f32(bitcast<i32>(bits - (quarter << 30u))) * 0x1p-29; // the rest in eighths of a turn, -1 <= v < 1
  let w = v * v;
  let c = 1.0 + w * (-0.30842513 + w * (0.015854327 + w * (-0.00032594200 + w * 0.0000035313346)));
  let s = v * (0.78539819 + w * (-0.080745436 + w * (0.0024900071 - w * 0.000035954508)));
  let turned = select(vec2f(c, s), vec2f(s, c), (quarter & 1u) == 1u);
  let negative = vec2<bool>(((quarter + 1u) & 2u) != 0u, (quarter & 2u) != 0u);
  return select(turned, -turned, negative);
}

// Two independent standard normals from two random words.
fn normal_pair(bits: vec2u) -> vec2f {
  return normal_radius(bits.x) * normal_direction(bits.y);
}
