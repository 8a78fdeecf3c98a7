import { dirname, isAbsolute, join } from 'node:path';
import { MAX_ARGUMENT_BYTES } from '../../mdf/index.js';
import type { Check } from '../check.js';
import { readSettings } from '../content/find-content.js';
import type { DoctorContext } from '../context.js';
import type { Finding } from '../finding.js';
import { finding } from '../make-finding.js';

const COMMAND_KEY = /^Plugin_AnyScript_Command[1-9]?$/;

/** The programs that MMDAgent-EX starts beside itself. */
export const commandsCheck: Check = {
  id: 'mdf.commands',
  area: 'mdf',
  timeoutMs: 3000,
  run: async (context) => {
    const { mdf } = await context.findContent();
    if (mdf === undefined) return [];
    const settings = readSettings(mdf.bytes) ?? new Map<string, string>();
    const commands = [...settings].filter(([key, value]) => COMMAND_KEY.test(key) && value.trim() !== '');
    const found = await Promise.all(
      commands.map(([key, value]) => commandFindings(context, mdf.path, key, splitCommand(value))),
    );
    return found.flat();
  },
};

/** @source MMDAgent-EX Plugin_AnyScript/ChildProcess.cpp parse_args(): blanks split, quotes only around a whole argument. */
export function splitCommand(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"?|'([^']*)'?|([^ ]+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
}

async function commandFindings(
  { host, files }: DoctorContext,
  file: string,
  key: string,
  args: readonly string[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const bytes = Math.max(...args.map((arg) => Buffer.byteLength(arg)), 0);
  // Windows hands the line over as it is.
  if (host.platform !== 'win32' && bytes > MAX_ARGUMENT_BYTES) {
    findings.push(finding('mdf.longArgument', 'error', { file, key, bytes }));
  }
  const program = args[0] ?? '';
  if (program === '' || (await isThere())) return findings;
  return [...findings, finding('mdf.commandNotFound', 'warning', { file, key, program })];

  async function isThere(): Promise<boolean> {
    if (isAbsolute(program)) return (await files.status(program))?.isFile === true;
    if ((await files.status(join(dirname(file), program)))?.isFile === true) return true;
    if (/[\\/]/.test(program)) return false;
    // What npm installs is a batch file there.
    const endings =
      host.platform === 'win32' && !/\.(?:exe|cmd|bat)$/i.test(program) ? ['.exe', '.cmd', '.bat'] : [''];
    for (const ending of endings) if ((await host.find(`${program}${ending}`)) !== undefined) return true;
    return false;
  }
}
