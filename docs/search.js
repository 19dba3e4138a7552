// How search ranks pages and quotes them. Sphinx appends this to language_data.js (`html_search_scorer`), which the
// search page loads after searchtools.js.

// A page has the rank of the first pattern that matches its name. Lessons are in the order of the course, the other
// pages of a rank in Sphinx's order.
const RANKS = [
  /^notebooks\//,
  /^docs\/(course|guides|installation|serving|glossary|teachers)$/,
  /^docs\/(reference|performance)$/,
];
const STEP = 1000; // more than any score of Sphinx

Scorer.score = ([name, , , , score, , kind]) => {
  if (kind === "object" && score < Scorer.objNameMatch) return score - STEP; // "ratio" in "accelerations"
  const rank = RANKS.findIndex((pattern) => pattern.test(name));
  const lesson = Number.parseInt(name.replace("notebooks/", ""), 10) || 0;
  return score - lesson / 100 + (rank < 0 ? 0 : (RANKS.length - rank) * STEP);
};
Scorer.objPrio = {}; // or a match within a name would score as much as the name itself

// Do not quote headings, which repeat the link of the result, nor drawings, outputs and code.
const UNQUOTED = "h1, svg, nav, .prev-next-area, .no-search, .cell_input, .sn-note";
const htmlToText = Search.htmlToText;

Search.htmlToText = (html, anchor) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const element of page.querySelectorAll(UNQUOTED)) element.remove();
  return htmlToText(page.documentElement.outerHTML, anchor).replace(/\s+/g, " ").trim();
};
