import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { blocks, csv, eaf, jsonl, type Timeline, textGrid, writePieces } from '../../export/index.js';
import { anySignal, assertNever, ConfigError, RequestError } from '../../runtime/index.js';
import { type CommandContext, textArg } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { conversationSource, type ExportSource, laneSource } from '../export-source.js';
import { printableJson } from '../printable.js';

type Format = 'csv' | 'textgrid' | 'eaf' | 'jsonl';

/** Where what goes; `sound` undefined: none is written. */
interface Targets {
  readonly out: string | undefined;
  readonly sound: string | undefined;
}

/** More than these are counted only. */
const MAX_LISTED = 20;

/** `export SESSION`: a recording or a kept conversation as research tools read it, and its sound so that their times fit. */
export async function exportSession(context: CommandContext): Promise<number> {
  const { args, io } = context;
  const format = (textArg(args, 'format') ?? 'csv') as Format;
  const source = await openSource(context, textArg(args, 'session') ?? '');
  const targets = targetsOf(context, format, source);
  assertApart(source, targets);
  await assertNotOurs(context, targets);
  const signal = anySignal(io.drain, io.quit);
  const text = pieces(source.timeline, format, targets);
  if (targets.sound !== undefined && source.sound !== undefined)
    await writePieces(targets.sound, source.sound(), signal);
  if (targets.out !== undefined) await writePieces(targets.out, text, signal);
  else await toStdout(context, text, signal);
  report(context, source, targets);
  return EXIT.ok;
}

async function openSource(context: CommandContext, given: string): Promise<ExportSource> {
  const folder = await laneFolder(given);
  if (folder !== undefined) return await laneSource(folder);
  const conversation = await conversationSource(context, given);
  if (conversation !== undefined) return conversation;
  throw new ConfigError(
    'BRIDGE_ERR_USAGE',
    `Expected a folder that --record wrote, with messages.jsonl in it, or a kept conversation by its id or folder, got ${given}`,
  );
}

function pieces(timeline: Timeline, format: Format, { out, sound }: Targets): AsyncGenerator<string, void> {
  switch (format) {
    case 'csv':
      return csv(timeline);
    case 'jsonl':
      return jsonl(timeline);
    case 'textgrid':
      return textGrid(timeline);
    case 'eaf':
      return eaf(timeline, { media: sound === undefined ? undefined : mediaName(out, sound) });
    default:
      return assertNever(format);
  }
}

/** As ELAN looks for it: from the folder of the document, with slashes. */
function mediaName(out: string | undefined, sound: string): string {
  return relative(dirname(out ?? 'session.eaf'), sound)
    .split(sep)
    .join('/');
}

function targetsOf({ args }: CommandContext, format: Format, source: ExportSource): Targets {
  const given = textArg(args, 'out');
  const out = given === '-' ? undefined : given;
  const named = textArg(args, 'sound');
  if (Array.isArray(args['sound']))
    throw new ConfigError('BRIDGE_ERR_USAGE', 'Expected one --sound FILE, or --no-sound');
  if (named !== undefined && source.sound === undefined)
    throw new RequestError(
      'BRIDGE_ERR_KEPT',
      `Expected recordings of ${source.name} for --sound, got none: keep.recordings: true keeps them from then on. Leave --sound out`,
    );
  const isSilent = args['sound'] === false || source.sound === undefined;
  const needsSound = format === 'textgrid' || format === 'eaf';
  if (named !== undefined || isSilent || !needsSound || out === undefined) return { out, sound: named };
  return { out, sound: `${out.replace(/\.[^./\\]*$/, '')}.wav` };
}

/** A sound file that nobody named must not take the place of one of the user's. */
async function assertNotOurs({ args }: CommandContext, { sound }: Targets): Promise<void> {
  if (sound === undefined || textArg(args, 'sound') !== undefined) return;
  const isThere = await stat(sound).then(
    () => true,
    () => false,
  );
  if (isThere) {
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      `Expected ${sound} not to be there yet, since the sound goes there. --sound ${sound} writes over it, --sound OTHER.wav goes elsewhere, --no-sound leaves it out`,
    );
  }
}

/** What is read must not be written over. */
function assertApart({ files }: ExportSource, { out, sound }: Targets): void {
  const ours = files.map((path) => resolve(path));
  for (const target of [out, sound]) {
    if (target !== undefined && ours.includes(resolve(target)))
      throw new ConfigError('BRIDGE_ERR_USAGE', `Expected another file than the recording's own ${target}`);
  }
  if (out !== undefined && sound !== undefined && resolve(out) === resolve(sound))
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      `Expected two files for --out and --sound, got ${out} for both`,
    );
}

/**
 * The folder of one lane: the one given, or the only one in it; undefined: there is none.
 *
 * @throws {ConfigError} BRIDGE_ERR_USAGE - several, which are listed.
 */
async function laneFolder(given: string): Promise<string | undefined> {
  if (await isFile(join(given, 'messages.jsonl'))) return given;
  if (basename(given) === 'messages.jsonl' && (await isFile(given))) return dirname(given);
  const sessions: string[] = [];
  for (const name of await readdir(given).catch(() => []))
    if (await isFile(join(given, name, 'messages.jsonl'))) sessions.push(join(given, name));
  const [only, second] = sessions.sort();
  if (only !== undefined && second === undefined) return only;
  if (only === undefined) return undefined;
  const listed = sessions.slice(-MAX_LISTED).map((path) => `\n  ${path}`);
  const more = sessions.length > MAX_LISTED ? `\n  and ${sessions.length - MAX_LISTED} older ones` : '';
  throw new ConfigError(
    'BRIDGE_ERR_USAGE',
    `Expected one session, got a folder of ${sessions.length}. Name one of:${listed.join('')}${more}\n`,
  );
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function toStdout(
  { io }: CommandContext,
  text: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<void> {
  for await (const bytes of blocks(text, signal)) {
    if (!io.stdout.write(bytes)) await once(io.stdout, 'drain', { signal });
  }
}

function report(context: CommandContext, source: ExportSource, targets: Targets): void {
  const { timeline, name, losses, facts } = source;
  for (const loss of losses) context.say(loss);
  const files = [targets.out, targets.sound].filter((file) => file !== undefined);
  if (files.length === 0 || targets.out === undefined) return;
  const { durationMs, tiers } = timeline.info;
  if (context.args['json'] === true) {
    const counted = Object.fromEntries(tiers.map((tier) => [tier.name, tier.count]));
    context.print(printableJson({ files, ...facts, durationMs, tiers: counted }));
    return;
  }
  const counts = tiers.map((tier) => `${tier.count} ${tier.name}`).join(', ');
  context.say(`${files.join(' and ')}: ${(durationMs / 1000).toFixed(1)} s of ${name} (${counts})`);
}
