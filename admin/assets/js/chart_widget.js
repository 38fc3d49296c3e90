// Draws the charts of a page, with numbers as the page's language writes them.
(function () {
  const language = document.documentElement.lang;
  const written = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const write = (value) => (typeof value === "number" ? written.format(value) : value);

  for (const element of document.querySelectorAll(".apex-chart")) {
    const options = JSON.parse(element.dataset.options || "{}");
    options.series = JSON.parse(element.dataset.series || "[]");
    options.chart = { type: element.dataset.type, height: Number(element.dataset.height), ...options.chart };
    options.yaxis = { ...options.yaxis, labels: { formatter: write } };
    options.tooltip = { ...options.tooltip, y: { formatter: write } };
    options.legend = {
      ...options.legend,
      formatter: (name, drawn) => {
        const value = drawn.w.globals.series[drawn.seriesIndex];
        return typeof value === "number" ? `${name}: ${write(value)}` : name;
      },
    };
    new ApexCharts(element, options).render();
  }
})();
