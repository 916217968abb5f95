// The script of every report: draws the charts that the page holds as JSON. No module, as a page opened from disk may not load any.
(() => {
  "use strict";
  const SHAPES = ["circle", "rectRot", "triangle", "rect", "star", "crossRot", "cross"];
  const COLOURS = 8;
  const FONT = "system-ui, sans-serif";
  const PRINTED_WIDTH = 620;
  const root = document.documentElement;

  function palette() {
    const style = getComputedStyle(root);
    const read = (name) => style.getPropertyValue(name).trim();
    return {
      ink: read("--ink"),
      muted: read("--muted"),
      line: read("--line"),
      page: read("--page"),
      marks: Array.from({ length: COLOURS }, (_, i) => read(`--mark-${i}`)),
    };
  }

  let colours = palette();
  const markColour = (point) => colours.marks[point.mark % COLOURS];

  /** Text cut to a width, with an ellipsis. */
  function fit(ctx, text, width) {
    if (ctx.measureText(text).width <= width) return text;
    let end = text.length;
    while (end > 0 && ctx.measureText(`${text.slice(0, end)}…`).width > width) end--;
    return end > 0 ? `${text.slice(0, end).trimEnd()}…` : "";
  }

  /** Rules between rows, their headings, and the line to compare with. */
  const rows = {
    id: "rows",
    beforeDatasetsDraw(chart, _args, { spec }) {
      const { ctx, chartArea: { left, right, top, bottom }, scales: { x, y } } = chart;
      ctx.save();
      ctx.textBaseline = "middle";
      const { reference } = spec.axis;
      if (reference !== undefined) {
        const at = Math.round(x.getPixelForValue(reference)) + 0.5;
        ctx.strokeStyle = colours.muted;
        ctx.setLineDash([4, 4]);
        ctx.beginPath();
        ctx.moveTo(at, top);
        ctx.lineTo(at, bottom);
        ctx.stroke();
        ctx.setLineDash([]);
      }
      for (const row of spec.rows) {
        const start = y.getPixelForValue(row.top);
        if (row.top > 0) {
          ctx.strokeStyle = colours.line;
          ctx.beginPath();
          ctx.moveTo(left, Math.round(start) + 0.5);
          ctx.lineTo(right, Math.round(start) + 0.5);
          ctx.stroke();
        }
        // Headings stand on the lines of the grid, so they clear a place for themselves.
        const middle = start + 14;
        ctx.font = `600 12px ${FONT}`;
        const label = fit(ctx, row.label, right - left);
        const width = ctx.measureText(label).width;
        ctx.font = `12px ${FONT}`;
        const note = row.note ? fit(ctx, `  ${row.note}`, right - left - width) : "";
        const total = width + ctx.measureText(note).width;
        ctx.fillStyle = colours.page;
        ctx.fillRect(left, middle - 9, total + 6, 18);
        ctx.fillStyle = colours.muted;
        ctx.fillText(note, left + width, middle);
        ctx.font = `600 12px ${FONT}`;
        ctx.fillStyle = colours.ink;
        ctx.fillText(label, left, middle);
      }
      ctx.restore();
    },
  };

  /** Intervals as bars with caps, and what is written beside the marks. */
  const intervals = {
    id: "intervals",
    beforeDatasetsDraw(chart, _args, { spec }) {
      const { ctx, scales: { x, y } } = chart;
      ctx.save();
      ctx.lineWidth = 2;
      for (const point of spec.points) {
        if (point.low === undefined || point.high === undefined) continue;
        const low = x.getPixelForValue(point.low);
        const high = x.getPixelForValue(point.high);
        const at = y.getPixelForValue(point.y);
        ctx.strokeStyle = markColour(point);
        ctx.beginPath();
        ctx.moveTo(low, at);
        ctx.lineTo(high, at);
        for (const end of [low, high]) {
          ctx.moveTo(end, at - 4);
          ctx.lineTo(end, at + 4);
        }
        ctx.stroke();
      }
      ctx.restore();
    },
    afterDatasetsDraw(chart, _args, { spec }) {
      const { ctx, chartArea: { left, right }, scales: { x, y } } = chart;
      ctx.save();
      ctx.font = `12px ${FONT}`;
      ctx.textBaseline = "middle";
      for (const point of spec.points) {
        if (!point.label) continue;
        const end = x.getPixelForValue(point.high ?? point.value) + 11;
        const start = x.getPixelForValue(point.low ?? point.value) - 11;
        const after = right - end;
        const before = start - left;
        const isAfter = ctx.measureText(point.label).width <= after || after >= before;
        const text = fit(ctx, point.label, isAfter ? after : before);
        const from = isAfter ? end : start - ctx.measureText(text).width;
        ctx.fillStyle = colours.page;
        ctx.fillRect(
          from - 2,
          y.getPixelForValue(point.y) - 8,
          ctx.measureText(text).width + 4,
          16,
        );
        ctx.fillStyle = colours.muted;
        ctx.fillText(text, from, y.getPixelForValue(point.y) + 0.5);
      }
      ctx.restore();
    },
  };

  /** On a log axis only 1, 2 and 5 times a power of ten, or the powers alone where that is too much. */
  function logTicks(axis) {
    const decades = Math.log10(axis.max / axis.min);
    const steps = decades > 4 ? [1] : decades > 2 ? [1, 5] : [1, 2, 5];
    axis.ticks = axis.ticks.filter(({ value }) => {
      const digit = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
      return steps.some((step) => Math.abs(digit - step) < 1e-6);
    });
  }

  globalThis.Chart.defaults.font.family = FONT;

  function draw(spec) {
    const { title, log, min, max } = spec.axis;
    return new globalThis.Chart(document.getElementById(spec.id), {
      type: "scatter",
      plugins: [rows, intervals],
      data: {
        datasets: [{
          data: spec.points.map(({ value, y }) => ({ x: value, y })),
          clip: 8,
          pointStyle: spec.points.map(({ mark }) => SHAPES[mark % SHAPES.length]),
          pointBorderColor: () => spec.points.map(markColour),
          pointBackgroundColor: () =>
            spec.points.map((point) => point.hollow ? colours.page : markColour(point)),
          pointBorderWidth: 2,
          pointRadius: 4.5,
          pointHoverRadius: 6,
        }],
      },
      options: {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        layout: { padding: { right: 8 } },
        scales: {
          x: {
            type: log ? "logarithmic" : "linear",
            min,
            max,
            afterBuildTicks: log ? logTicks : undefined,
            border: { color: () => colours.line },
            grid: { color: () => colours.line, tickColor: () => colours.line },
            ticks: {
              color: () => colours.muted,
              maxRotation: 0,
              callback: (value) => `${Number(value.toPrecision(6))}`,
            },
            title: { display: true, text: title, color: () => colours.muted },
          },
          y: { type: "linear", min: 0, max: spec.height, reverse: true, display: false },
        },
        plugins: {
          rows: { spec },
          intervals: { spec },
          legend: { display: false },
          tooltip: {
            callbacks: {
              label: ({ dataIndex }) => {
                const { value, low, high, label } = spec.points[dataIndex];
                const bounds = low === undefined ? "" : ` (${low} to ${high})`;
                return [label ?? `${value}`, `${value}${bounds}`];
              },
            },
          },
        },
      },
    });
  }

  const charts = JSON.parse(document.getElementById("charts").textContent).map(draw);

  function repaint() {
    colours = palette();
    for (const chart of charts) chart.update("none");
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  addEventListener("beforeprint", () => {
    root.classList.add("printing");
    for (const chart of charts) chart.resize(PRINTED_WIDTH, chart.height);
    repaint();
  });
  addEventListener("afterprint", () => {
    root.classList.remove("printing");
    for (const chart of charts) chart.resize();
    repaint();
  });
})();
