// The one script of every page. Everything works without it; it makes things quicker and says
// aloud what changed. The content security policy allows no eval, so htmx attributes that carry
// JavaScript (hx-on, js: values, filters in hx-trigger) do nothing here: write it in scripts/.
import htmx from "htmx.org";
import { copyButtons } from "./scripts/copy.js";
import { dropFields } from "./scripts/drop.js";
import { filters } from "./scripts/filters.js";
import { keys } from "./scripts/keys.js";
import { sight } from "./scripts/sight.js";
import { swaps } from "./scripts/swaps.js";

// The indicator's rules are in styles/moments.css.
htmx.config.includeIndicatorCSS = false;

document.documentElement.dataset.js = "";
filters(document);
keys(document);
swaps(document);
copyButtons(document);
dropFields(document);
sight(document);
