// The script of the case viewer: shows by NiiVue the cases that the page holds; where that cannot be, the page's pictures stay.
(() => {
  "use strict";
  const { MULTIPLANAR_TYPE, Niivue, NVImage, SHOW_RENDER, SLICE_TYPE } = globalThis.niivue;
  const HEADER_BYTES = 352;
  const LABEL_INTENT = 1002;
  const PAGE = 10;
  const TURN_DEGREES = 10;
  /** By the axis that its slices are counted along; the view of all is stepped through from feet to head. */
  const VIEWS = {
    all: { type: SLICE_TYPE.MULTIPLANAR, axis: 2, plane: "Axial" },
    axial: { type: SLICE_TYPE.AXIAL, axis: 2, plane: "Axial" },
    coronal: { type: SLICE_TYPE.CORONAL, axis: 1, plane: "Coronal" },
    sagittal: { type: SLICE_TYPE.SAGITTAL, axis: 0, plane: "Sagittal" },
    render: { type: SLICE_TYPE.RENDER, axis: 2, plane: "Axial" },
  };

  const element = (id) => document.getElementById(id);
  const section = element("cases");
  const { organs, cases, picks, window: greys } = JSON.parse(element("cases-data").textContent);
  const [pick, layout, slider] = ["pick", "layout", "slice"].map(element);
  const [stage, place, truth, prediction] = ["stage", "place", "truth", "prediction"].map(element);
  let shown;

  const nv = new Niivue({
    logLevel: "error",
    loadingText: "",
    dragAndDropEnabled: false,
    isRadiologicalConvention: true,
    sagittalNoseLeft: true,
    isNearestInterpolation: true,
    multiplanarLayout: MULTIPLANAR_TYPE.GRID,
    multiplanarShowRender: SHOW_RENDER.ALWAYS,
    show3Dcrosshair: true,
    crosshairColor: [1, 1, 1, 0.6],
    crosshairWidth: 0.4,
    crosshairGap: 6,
    crosshairWidthUnit: "voxels",
  });

  /** Colours of label values, background first. */
  function labelColours() {
    const channel = (i) => [0, ...organs.map(({ colour }) => colour[i])];
    return {
      R: channel(0),
      G: channel(1),
      B: channel(2),
      A: [0, ...organs.map(() => 255)],
      I: [0, ...organs.map(({ value }) => value)],
      labels: ["background", ...organs.map(({ name }) => name)],
    };
  }

  /** The two byte volumes of a case: greys, and truth + 8 x prediction. */
  async function unpack(number, voxels) {
    const text = atob(element(`case-${number}`).textContent);
    const packed = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    return { greys: bytes.subarray(0, voxels), labels: bytes.subarray(voxels) };
  }

  /** A NIfTI-1 file of bytes whose middle lies at the world's origin. */
  function nifti({ dims, spacing }, data, intent) {
    const file = new Uint8Array(HEADER_BYTES + data.length);
    const view = new DataView(file.buffer);
    const shorts = (at, values) => values.forEach((v, i) => view.setInt16(at + 2 * i, v, true));
    const floats = (at, values) => values.forEach((v, i) => view.setFloat32(at + 4 * i, v, true));
    view.setInt32(0, 348, true);
    shorts(40, [3, ...dims, 1, 1, 1, 1]);
    // Intent, uint8, bits a voxel.
    shorts(68, [intent, 2, 8]);
    floats(76, [1, ...spacing]);
    // Where voxels begin, slope 1, intercept 0.
    floats(108, [HEADER_BYTES, 1, 0]);
    // mm; no qform, sform of a scanner.
    file[123] = 2;
    shorts(252, [0, 1]);
    spacing.forEach((size, axis) => {
      const row = [0, 0, 0, -size * (dims[axis] - 1) / 2];
      row[axis] = size;
      floats(280 + 16 * axis, row);
    });
    file.set([0x6e, 0x2b, 0x31], 344);
    file.set(data, HEADER_BYTES);
    return file.buffer;
  }

  async function imageOf(one, data, colours) {
    const file = nifti(one, data, colours ? LABEL_INTENT : 0);
    const image = await NVImage.new(file, "case.nii", colours ? "" : "ct", 1, null, 0, 255);
    if (colours) image.setColormapLabel(colours);
    return image;
  }

  async function showCase() {
    const { case: number, at } = picks[pick.value];
    if (shown?.one.number !== number) {
      const one = cases.find((other) => other.number === number);
      const { greys, labels } = await unpack(number, one.dims[0] * one.dims[1] * one.dims[2]);
      const found = labels.map((value) => value >> 3);
      const right = labels.map((value) => value & 7);
      const images = [await imageOf(one, greys), await imageOf(one, found, labelColours())];
      // Another was chosen while this one was unpacked.
      if (picks[pick.value].case !== number) return;
      for (const old of [...nv.volumes].reverse()) nv.removeVolume(old);
      for (const image of images) nv.addVolume(image);
      nv.createEmptyDrawing();
      nv.drawBitmap.set(right);
      nv.refreshDrawing(false);
      shown = { one, greys, found, right };
      showLabels();
    }
    if (at) nv.scene.crosshairPos = nv.vox2frac(at);
    nv.drawScene();
    tell();
  }

  /** Truth is NiiVue's drawing. Over a prediction only its rim in slices is seen; alone it is filled, so that 3D shows it too. */
  function showLabels() {
    if (!shown) return;
    nv.setOpacity(1, prediction.checked ? 0.5 : 0);
    nv.drawRimOpacity = truth.checked ? 1 : 0;
    nv.setDrawOpacity(truth.checked ? (prediction.checked ? 0.004 : 0.5) : 0);
  }

  function showLayout() {
    nv.setSliceType(VIEWS[layout.value].type);
    tell();
  }

  const voxel = () => nv.frac2vox(nv.scene.crosshairPos);

  /** Says where the cross is and what is there. */
  function tell() {
    if (!shown) return;
    const { one, greys: ct, found, right } = shown;
    const { axis, plane } = VIEWS[layout.value];
    const [x, y, z] = voxel();
    const i = x + one.dims[0] * (y + one.dims[1] * z);
    const index = [x, y, z][axis];
    slider.max = one.dims[axis];
    slider.value = index + 1;
    const name = (value) => organs.find((organ) => organ.value === value)?.name ?? "none";
    const hu = greys.low + ct[i] * (greys.high - greys.low) / 255;
    const end = ct[i] === 0 ? " or less" : ct[i] === 255 ? " or more" : "";
    place.textContent =
      `Case ${one.number}. ${plane} slice ${index + 1} of ${one.dims[axis]}. At the cross: ` +
      `truth ${name(right[i])}, prediction ${name(found[i])}, ${Math.round(hu)} HU${end}.`;
  }

  function step(by) {
    if (!shown) return;
    const move = [0, 0, 0];
    move[VIEWS[layout.value].axis] = by;
    nv.moveCrosshairInVox(...move);
    tell();
  }

  function goTo(index) {
    step(index - voxel()[VIEWS[layout.value].axis]);
  }

  function turn(degrees) {
    nv.setRenderAzimuthElevation(nv.scene.renderAzimuth + degrees, nv.scene.renderElevation);
  }

  const KEYS = {
    ArrowUp: () => step(1),
    ArrowDown: () => step(-1),
    PageUp: () => step(PAGE),
    PageDown: () => step(-PAGE),
    Home: () => goTo(0),
    End: () => goTo(Number(slider.max) - 1),
    ArrowLeft: () => turn(-TURN_DEGREES),
    ArrowRight: () => turn(TURN_DEGREES),
    ...Object.fromEntries(
      Object.keys(VIEWS).map((name, i) => [`${i + 1}`, () => {
        layout.value = name;
        showLayout();
      }]),
    ),
  };

  function listen() {
    // NiiVue has keys of its own, which depend on where the mouse is: none reaches it.
    stage.addEventListener("keydown", (event) => {
      event.stopPropagation();
      const act = event.altKey || event.ctrlKey || event.metaKey ? undefined : KEYS[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    }, { capture: true });
    stage.addEventListener("keyup", (event) => event.stopPropagation(), { capture: true });
    // A wheel turns the page until the picture is chosen.
    stage.addEventListener("wheel", (event) => {
      event.stopPropagation();
      if (document.activeElement !== stage) return;
      event.preventDefault();
      step(event.deltaY < 0 ? 1 : -1);
    }, { capture: true, passive: false });
    stage.addEventListener("pointerdown", () => stage.focus({ preventScroll: true }));
    stage.addEventListener("webglcontextlost", () => giveUp("The browser lost its WebGL 2."), {
      capture: true,
    });
    pick.addEventListener("change", () => showCase().catch(fail));
    layout.addEventListener("change", showLayout);
    for (const box of [truth, prediction]) box.addEventListener("change", showLabels);
    slider.addEventListener("input", () => goTo(Number(slider.value) - 1));
    element("previous").addEventListener("click", () => step(-1));
    element("next").addEventListener("click", () => step(1));
    nv.onLocationChange = tell;
  }

  function giveUp(why) {
    section.classList.remove("viewing");
    const note = element("no-viewer");
    note.textContent = `${why} Pictures stand in for the viewer.`;
    note.hidden = false;
  }

  function fail(error) {
    giveUp(`The viewer failed: ${error.message}.`);
  }

  async function start() {
    if (!document.createElement("canvas").getContext("webgl2")) {
      giveUp("This browser has no WebGL 2.");
      return;
    }
    try {
      section.classList.add("viewing");
      nv.addColormap("ct", { R: [0, 255], G: [0, 255], B: [0, 255], A: [0, 0], I: [0, 255] });
      nv.setDrawColormap(labelColours());
      await nv.attachTo("view");
      nv.setRenderAzimuthElevation(200, 10);
      listen();
      showLayout();
      await showCase();
    } catch (error) {
      fail(error);
    }
  }

  // Shaders are compiled when somebody comes near.
  new IntersectionObserver((entries, observer) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    start();
  }, { rootMargin: "400px" }).observe(section);
})();
