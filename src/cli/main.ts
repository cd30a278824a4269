#!/usr/bin/env node
/**
 * The `stashd` executable. It loads the program and runs it. Node opens nearly all files of a program at once, so loading
 * is what fails first where descriptors are few; its error tells neither that nor what to do.
 */

/** Descriptors that suffice to load the program. */
const DESCRIPTORS_MIN = 256;

/** Why the program cannot be loaded, in one line. */
function explain(error: unknown): string {
  const [problem] = (error instanceof Error ? error.message : String(error)).split("\n");
  // A file of the process would need a descriptor.
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const limit = Number(userLimits?.open_files?.soft);
  if (!(limit < DESCRIPTORS_MIN)) return `cannot load the program: ${problem}`;
  return `cannot load the program with ${limit} file descriptors; allow ${DESCRIPTORS_MIN} or more with ulimit -n`;
}

// Without await at the top level, which CommonJS does not have.
async function main(): Promise<void> {
  try {
    const { run } = await import("./program.ts");
    await run();
  } catch (error) {
    process.stderr.write(`stashd: ${explain(error)}\n`);
    process.exitCode = 1;
  }
}

void main();
