// Paints a scene (see scene.ts): per voxel the label at its middle, and the HU of what covers it with texture, noise and streaks from
// metal, before blur.
//
// A voxel is covered by an object as far as the plane that touches the object nearby cuts off: with s and its gradient at the voxel's middle,
// 1/2 - s / |spacing gradient|, from 0 to 1, the least of an object's terms. From the last painted object to the first, each takes its share
// of what the ones above leave.
//
// Shapes: voxels of a slab of whole slices, x fastest; lengths in mm. Bindings: frame (uniform), columns (the modes' factors along x, four
// voxels a vec4f, mode after mode), rows (along y, then z: 16 floats a voxel), terms (5 vec4f each), objects, starts and entries (a brick's
// objects, last painted first), tile (noise at 32 x 32 x 32 places, x fastest, that texture repeats), hu and labels (written: a row of four
// voxels a vec4f and a word; rows end at whole fours). Workgroup: one brick of 4 x 4 x 4 voxels; an invocation paints a row of four.
// Tolerance: coordinates in f32, hence within 1e-3 mm of f64: HU within 2 of an edge of 4000 HU; a middle that near a surface may get
// its other side's label.
//
// Versions tried, 134 x 102 x 186 at 3 mm, 2,400 objects, lavapipe (Mesa 22.3.6), 2 cores shared with much else:
//   2 x 2 x 2 samples a voxel and its middle, one after the other   86 s: each of eight lanes gathers every term for itself
//   this, cover from the gradient, four voxels a term               10 s; 3.1 s of processor time with the lists of bricks and the
//                                                                   blur, of which 1.0 s remain without any object
//
// Philox is in front.

struct Frame {
  pose: array<vec4f, 3>,
  origin: vec3f, // of the whole picture
  first_slice: u32,
  spacing: vec3f,
  unused: u32,
  dims: vec3u, // of the slab
  fours: u32, // rows of four voxels along x
  key: vec4u, // seed low, high, stream low, high
  reach: vec2f, // half axes of the ellipse beyond which noise is least
  noise: f32, // SD before blur
  metals: u32,
  metal: array<vec4f, 8>, // x, y, low z, high z; HU, radius, cosine and sine of the tilt
  weights: array<vec4f, 32>, // per mode: displacement; surface fields
}

struct Object {
  bump: vec4f,
  hu: f32,
  slope: f32,
  texture: f32,
  kind: u32, // label, + 256 if rigid
  first: u32, // term
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read> columns: array<vec4f>;
@group(0) @binding(2) var<storage, read> rows: array<vec4f>;
@group(0) @binding(3) var<storage, read> terms: array<vec4f>;
@group(0) @binding(4) var<storage, read> objects: array<Object>;
@group(0) @binding(5) var<storage, read> starts: array<u32>;
@group(0) @binding(6) var<storage, read> entries: array<u32>;
@group(0) @binding(7) var<storage, read> tile: array<f32>;
@group(0) @binding(8) var<storage, read_write> hu: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> labels: array<u32>;

// mm between the places of the tile.
const CELL = 6.0;

// Four points.
struct Points {
  x: vec4f,
  y: vec4f,
  z: vec4f,
}

struct Distance {
  s: vec4f,
  slope: vec4f, // |spacing gradient|
}

fn distance_to(first: u32, q: Points) -> Distance {
  let r0 = terms[first];
  let r1 = terms[first + 1u];
  let r2 = terms[first + 2u];
  let core = terms[first + 3u]; // half-lengths, scale
  let shape = terms[first + 4u]; // taper, barrel, bend, radius
  let w = r2.x * q.x + r2.y * q.y + r2.z * q.z + r2.w;
  let end = core.z + 1.0;
  let z = clamp(w, vec4f(-end), vec4f(end));
  let width = 1.0 + z * (shape.x + shape.y * z);
  let u = (r0.x * q.x + r0.y * q.y + r0.z * q.z + r0.w + shape.z * z * z) * width;
  let v = (r1.x * q.x + r1.y * q.y + r1.z * q.z + r1.w) * width;
  let du = u - clamp(u, vec4f(-core.x), vec4f(core.x));
  let dv = v - clamp(v, vec4f(-core.y), vec4f(core.y));
  let dw = w - clamp(w, vec4f(-core.z), vec4f(core.z));
  let n = sqrt(du * du + dv * dv + dw * dw);
  // Taper and bend count as constant in the gradient.
  let part = core.w / max(n, vec4f(1e-6));
  let gu = part * du * width;
  let gv = part * dv * width;
  let gw = part * dw;
  let gx = (r0.x * gu + r1.x * gv + r2.x * gw) * frame.spacing.x;
  let gy = (r0.y * gu + r1.y * gv + r2.y * gw) * frame.spacing.y;
  let gz = (r0.z * gu + r1.z * gv + r2.z * gw) * frame.spacing.z;
  return Distance(n * core.w - shape.w, sqrt(gx * gx + gy * gy + gz * gz));
}

// The tile between its places.
fn texture_at(x: f32, y: f32, z: f32) -> f32 {
  let at = vec3f(x, y, z) / CELL;
  let f = floor(at);
  let t = at - f;
  let low = vec3u(vec3i(f)) & vec3u(31u);
  let high = (low + 1u) & vec3u(31u);
  let y0 = low.y * 32u;
  let y1 = high.y * 32u;
  let z0 = low.z * 1024u;
  let z1 = high.z * 1024u;
  let left = vec4f(tile[low.x + y0 + z0], tile[low.x + y1 + z0], tile[low.x + y0 + z1], tile[low.x + y1 + z1]);
  let right = vec4f(tile[high.x + y0 + z0], tile[high.x + y1 + z0], tile[high.x + y0 + z1], tile[high.x + y1 + z1]);
  let along = mix(left, right, vec4f(t.x));
  let flat = mix(along.xz, along.yw, vec2f(t.y));
  return mix(flat.x, flat.y, t.z);
}

// Streaks around metal: cosines of 2, 4, 8 and 16 times the angle, by squaring, so that no library's arc tangent comes in.
fn streaks(p: Points) -> vec4f {
  var sum = vec4f(0.0);
  for (var m = 0u; m < frame.metals; m++) {
    let place = frame.metal[2u * m];
    let how = frame.metal[2u * m + 1u];
    let dx = p.x - place.x;
    let dy = p.y - place.y;
    let r = sqrt(dx * dx + dy * dy);
    let x = dx / max(r, vec4f(1.0));
    let y = dy / max(r, vec4f(1.0));
    let x2 = x * x - y * y;
    let y2 = 2.0 * x * y;
    let c2 = x2 * how.z - y2 * how.w;
    let s2 = x2 * how.w + y2 * how.z;
    let c4 = c2 * c2 - s2 * s2;
    let s4 = 2.0 * c2 * s2;
    let c8 = c4 * c4 - s4 * s4;
    let s8 = 2.0 * c4 * s4;
    let pattern = 0.5 * c2 + 0.4 * s4 + 0.6 * c8 + 1.2 * c8 * s8;
    // They fade over 12 mm above and below the metal.
    let inside = clamp(min(p.z - place.z, place.w - p.z) / 12.0 + 1.0, vec4f(0.0), vec4f(1.0));
    sum += how.x * pattern * inside * how.y / (how.y + r);
  }
  return sum;
}

@compute @workgroup_size(1, 4, 4)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(workgroup_id) brick: vec3u,
  @builtin(num_workgroups) bricks: vec3u,
) {
  let row = min(id.yz, frame.dims.yz - 1u);
  let voxel = vec3u(id.x * 4u, row);
  let slice = row.y + frame.first_slice;
  let across = vec4f(vec4u(voxel.x) + vec4u(0u, 1u, 2u, 3u));
  let p = Points(
    frame.origin.x + frame.spacing.x * across,
    vec4f(frame.origin.y + frame.spacing.y * f32(row.x)),
    vec4f(frame.origin.z + frame.spacing.z * f32(slice)),
  );
  let a = frame.pose[0];
  let b = frame.pose[1];
  let c = frame.pose[2];
  var q = Points(
    a.x * p.x + a.y * p.y + a.z * p.z + a.w,
    b.x * p.x + b.y * p.y + b.z * p.z + b.w,
    c.x * p.x + c.y * p.y + c.z * p.z + c.w,
  );
  var f0 = vec4f(0.0);
  var f1 = vec4f(0.0);
  var f2 = vec4f(0.0);
  var f3 = vec4f(0.0);
  for (var m = 0u; m < 4u; m++) {
    let yz = rows[row.x * 4u + m] * rows[(frame.dims.y + slice) * 4u + m];
    let w = 8u * m;
    let c = 4u * m * frame.fours + id.x;
    let fx = columns[c] * yz.x;
    let fy = columns[c + frame.fours] * yz.y;
    let fz = columns[c + 2u * frame.fours] * yz.z;
    let fw = columns[c + 3u * frame.fours] * yz.w;
    let wx = frame.weights[w];
    let wy = frame.weights[w + 2u];
    let wz = frame.weights[w + 4u];
    let ww = frame.weights[w + 6u];
    q.x += wx.x * fx + wy.x * fy + wz.x * fz + ww.x * fw;
    q.y += wx.y * fx + wy.y * fy + wz.y * fz + ww.y * fw;
    q.z += wx.z * fx + wy.z * fy + wz.z * fz + ww.z * fw;
    let dx = frame.weights[w + 1u];
    let dy = frame.weights[w + 3u];
    let dz = frame.weights[w + 5u];
    let dw = frame.weights[w + 7u];
    f0 += dx.x * fx + dy.x * fy + dz.x * fz + dw.x * fw;
    f1 += dx.y * fx + dy.y * fy + dz.y * fz + dw.y * fw;
    f2 += dx.z * fx + dy.z * fy + dz.z * fz + dw.z * fw;
    f3 += dx.w * fx + dy.w * fy + dz.w * fz + dw.w * fw;
  }
  let list = brick.x + bricks.x * (brick.y + bricks.y * brick.z);
  let end = starts[list + 1u];
  var left = vec4f(1.0);
  var value = vec4f(0.0);
  var texture = vec4f(0.0);
  var label = vec4u(0u);
  var open = vec4<bool>(true);
  for (var e = starts[list]; e < end; e++) {
    let entry = entries[e];
    let object = objects[entry >> 8u];
    let rigid = object.kind >= 256u;
    let at = Points(select(q.x, p.x, rigid), select(q.y, p.y, rigid), select(q.z, p.z, rigid));
    let bump = object.bump.x * f0 + object.bump.y * f1 + object.bump.z * f2 + object.bump.w * f3;
    var far = vec4f(-1e9);
    var cover = vec4f(1.0);
    var mask = entry & 255u;
    while (mask != 0u) {
      let d = distance_to((object.first + firstTrailingBit(mask)) * 5u, at);
      let s = d.s - bump;
      far = max(far, s);
      cover = min(cover, 0.5 - s / max(d.slope, vec4f(1e-6)));
      mask &= mask - 1u;
    }
    let share = left * max(cover, vec4f(0.0));
    value += share * (object.hu + object.slope * at.y);
    texture += share * object.texture;
    left -= share;
    let found = open & (far <= vec4f(0.0));
    label = select(label, vec4u(object.kind & 255u), found);
    open = open & !found;
    if (!any(open) && all(left < vec4f(1e-4))) {
      break;
    }
  }
  value -= 1000.0 * left;
  // Two normals a voxel: the scanner's noise and the finest of the tissue's texture.
  let pair = 2u * id.x + 2u * frame.fours * (row.x + frame.dims.y * slice);
  let one = philox(vec4u(pair, 0u, frame.key.zw), frame.key.xy);
  let two = philox(vec4u(pair + 1u, 0u, frame.key.zw), frame.key.xy);
  let n0 = normal_pair(one.xy);
  let n1 = normal_pair(one.zw);
  let n2 = normal_pair(two.xy);
  let n3 = normal_pair(two.zw);
  let coarse = vec4f(
    texture_at(q.x.x, q.y.x, q.z.x),
    texture_at(q.x.y, q.y.y, q.z.y),
    texture_at(q.x.z, q.y.z, q.z.z),
    texture_at(q.x.w, q.y.w, q.z.w),
  );
  let ex = p.x / frame.reach.x;
  let ey = p.y / frame.reach.y;
  let sigma = frame.noise * (0.6 + 0.4 * max(1.0 - ex * ex - ey * ey, vec4f(0.0)));
  value += texture * (0.8 * coarse + 0.5 * vec4f(n0.y, n1.y, n2.y, n3.y)) +
    sigma * vec4f(n0.x, n1.x, n2.x, n3.x) + streaks(p);
  if (all(id.yz < frame.dims.yz)) {
    let index = id.x + frame.fours * (row.x + frame.dims.y * row.y);
    hu[index] = value;
    labels[index] = label.x | label.y << 8u | label.z << 16u | label.w << 24u;
  }
}
