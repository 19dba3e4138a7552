// Light or dark: the panels' style sheets know it by an attribute of JupyterLab's, which a page of ours sets itself.

/** Follows the theme that the page has chosen in `data-theme`; without one, that of the browser. */
export function followTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const place = () => {
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
    document.body.dataset.jpThemeLight = String(!isDark);
  };
  dark.addEventListener("change", place);
  new MutationObserver(place).observe(root, { attributeFilter: ["data-theme"] });
  place();
}
