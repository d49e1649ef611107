import { existsSync } from "node:fs";
import { messageOf } from "../core/errors.ts";
import { databasePath } from "../pipeline/database.ts";
import { openDatabase } from "../store/advisory-database.ts";
import type { Io } from "./command.ts";

/**
 * Brings a database that an earlier day's run has left in the cache up to today. A first one is built by the scan itself; one that
 * `SEAWORTHY_DB` names is somebody's own to keep. Where that cannot be, the old one serves on, and a line says so.
 */
export async function refreshDatabase(io: Io): Promise<void> {
  if ((io.env["SEAWORTHY_DB"] ?? "") !== "") return;
  const path = databasePath(io.env);
  if (!existsSync(path) || builtOn(path) >= io.today) return;
  const { command } = await import("./db.ts");
  const from = io.env["SEAWORTHY_DB_FROM"];
  try {
    await command.run(["update", ...(from === undefined || from === "" ? [] : ["--from", from])], io);
  } catch (thrown) {
    io.stderr.write(`seaworthy: the advisory database stays as it is: ${messageOf(thrown)}\n`);
  }
}

// One that cannot be opened, or is of an older schema, is as good as none.
function builtOn(path: string): string {
  try {
    const database = openDatabase(path);
    database.close();
    return database.info.built.slice(0, 10);
  } catch {
    return "";
  }
}
