// Light or dark: the panels' style sheets use an attribute of JupyterLab's, which our pages set themselves.

/** Follows the page's theme in `data-theme`, or else the browser's. */
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
