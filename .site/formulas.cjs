// Draws formulas for conf.py: a line of JSON {tex, display} comes in, a line with the HTML goes out.
const readline = require("node:readline");

require("mathjax")
  .init({
    loader: { load: ["input/tex", "output/svg", "a11y/assistive-mml"] },
    svg: { fontCache: "local" },
    tex: { packages: { "[-]": ["noundefined"] } }, // an unknown command is an error
    startup: { typeset: false },
  })
  .then(async (MathJax) => {
    const adaptor = MathJax.startup.adaptor;
    for await (const line of readline.createInterface({ input: process.stdin })) {
      const { tex, display } = JSON.parse(line);
      const html = adaptor.outerHTML(await MathJax.tex2svgPromise(tex, { display }));
      console.log(JSON.stringify(html));
    }
  });
