import { SystemClock } from '../../runtime/index.js';
import type { EngineVoices, Voice } from '../../speech/index.js';
import type { CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { openSpeech } from '../open-speech.js';
import { printable, printableJson } from '../printable.js';

/** `voices`: engines with what they need, and their voices. With --engine only that one; exit code 1 when it is not ready. */
export async function voices(context: CommandContext): Promise<number> {
  const { config } = context.resolved;
  const clock = new SystemClock();
  const speech = await openSpeech(context, clock);
  try {
    const [first] = config.ttsEngine.split(',').map((name) => name.trim());
    const isOne = first !== 'auto' && context.resolved.origins.ttsEngine === 'flag';
    const engines = await speech.voices({ engine: isOne ? first : undefined, signal: context.io.drain });
    if (context.args['json'] === true) context.print(printableJson({ engines }));
    else for (const engine of engines) printEngine(context, engine, isOne);
    return isOne && !engines.every(({ isReady }) => isReady) ? EXIT.failed : EXIT.ok;
  } finally {
    await speech.close();
  }
}

/** Of many voices only some are shown, unless the engine was asked for. */
const SHOWN = 8;

function printEngine(context: CommandContext, engine: EngineVoices, isWhole: boolean): void {
  const { name, type, isReady, advice, isChosen } = engine;
  const kind = name === type ? '' : ` (${type})`;
  const state = isReady ? (isChosen ? 'ready, speaks' : 'ready') : 'not ready';
  context.print(printable(`${name}${kind}: ${state}${advice === undefined ? '' : `: ${advice}`}`));
  const shown = isWhole ? engine.voices : engine.voices.slice(0, SHOWN);
  const rows = shown.map(voiceRow);
  const width = Math.min(30, Math.max(0, ...rows.map(([id]) => id.length)));
  for (const [id, rest] of rows) context.print(printable(`  ${id.padEnd(width)}  ${rest}`.trimEnd()));
  const more = engine.voices.length - shown.length;
  if (more > 0) context.print(`  and ${more} more: voices --engine ${name}`);
}

function voiceRow({ id, name, languages, style, gender, credit, isDefault }: Voice): [string, string] {
  const facts = [
    name === id ? '' : name,
    style ?? '',
    languages.slice(0, 4).join(' '),
    gender ?? '',
    isDefault === true ? 'default' : '',
    credit === undefined ? '' : `credit: ${credit}`,
  ];
  return [id, facts.filter((fact) => fact !== '').join(', ')];
}
