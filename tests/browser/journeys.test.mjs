// All browser journeys, in one run against one demo server.
import "./signing-in.mjs";
import "./looking-up.mjs";
import "./writing.mjs";
import "./bringing-in.mjs";
import "./without-script.mjs";
import "./agreements.mjs";
import "./lens.mjs";
import "./matching.mjs";
import "./handing.mjs";
import "./moving.mjs";
import "./weight.mjs";
import "./access.mjs";
