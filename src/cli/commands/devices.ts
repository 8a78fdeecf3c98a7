import {
  autoInput,
  autoOutput,
  type Device,
  type DeviceList,
  listInputs,
  listOutputs,
  systemHost,
} from '../../devices/index.js';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { printable, printableJson } from '../printable.js';

interface Part {
  readonly title: string;
  readonly lists: readonly DeviceList[];
  /** What `auto` takes. */
  readonly auto: string | undefined;
}

/** `devices`: microphones and loudspeakers, as each program that could be used names them. */
export async function devices(context: CommandContext): Promise<number> {
  const host = systemHost(context.io.env);
  const [inputs, outputs] = await Promise.all([listInputs(host), listOutputs(host)]);
  const input = autoInput(inputs, host.platform);
  const output = autoOutput(outputs);
  if (context.args['json'] === true) {
    const auto = { input: input ?? null, output: output ?? null };
    context.print(printableJson({ inputs, outputs, auto }));
    return EXIT.ok;
  }
  const lines = [
    ...deviceTable({ title: 'Microphones', lists: inputs, auto: input }, '--input-backend', '--input-device'),
    '',
    ...deviceTable(
      { title: 'Loudspeakers', lists: outputs, auto: output },
      '--output-backend',
      '--output-device',
    ),
    '',
    '* is the default of the system',
  ];
  for (const line of lines) context.print(line);
  return EXIT.ok;
}

/** @internal Lines for a terminal: what `auto` takes first, then the others, then what cannot be used and why. */
export function deviceTable({ title, lists, auto }: Part, backendFlag: string, deviceFlag: string): string[] {
  const lines = [`${title} (${backendFlag}, ${deviceFlag} takes an index, id or name)`];
  const usable = lists.filter(({ isAvailable }) => isAvailable);
  const rank = ({ backend }: DeviceList): number => (backend === auto ? 0 : 1);
  for (const list of [...usable].sort((a, b) => rank(a) - rank(b))) {
    lines.push(`  ${list.backend}${list.backend === auto ? ' (auto)' : ''}`);
    lines.push(...rows(list.devices).map((row) => `    ${row}`));
    if (list.reason !== undefined) lines.push(`    ${oneLine(list.reason)}`);
  }
  if (usable.length === 0) lines.push('  none');
  const unusable = lists.filter(({ isAvailable }) => !isAvailable);
  if (unusable.length > 0) lines.push('  Not usable here');
  for (const { backend, reason } of unusable) {
    lines.push(`    ${backend}: ${oneLine(reason ?? 'it does not run here')}`);
  }
  return lines;
}

function rows(list: readonly Device[]): string[] {
  const cells = list.map((device) => [
    `${device.index}${device.isDefault ? '*' : ''}`,
    printable(device.id),
    printable(device.name),
    device.channels === undefined ? '' : `${device.channels} ch`,
    device.sampleRatesHz === undefined ? '' : `${device.sampleRatesHz.join('/')} Hz`,
    device.isMonitor ? 'what the loudspeaker plays' : '',
  ]);
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function oneLine(text: string): string {
  return printable(text.replace(/[;\s]*\n\s*/g, '; '));
}
