/** The one stylesheet of all pages. */
import { frame } from "./style/frame.ts";
import { home } from "./style/home.ts";
import { narrow } from "./style/narrow.ts";
import { panel } from "./style/panel.ts";

export const style = [frame, panel, home, narrow].join("\n");
