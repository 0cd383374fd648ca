/** `npm run build`: makes the bundles and tells where they are. */
import { terminal } from "../adapters/this-process.ts";
import { bundles } from "./bundles.ts";

const { dir, fresh } = await bundles();
terminal.print(`${fresh ? "built" : "up to date"}: ${dir}`);
