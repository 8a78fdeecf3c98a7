import { openSound, type SoundSource } from '../../audio/index.js';
import { anySignal, type Clock, errorText, isAbortError, SystemClock } from '../../runtime/index.js';
import {
  type OpenedRecognizer,
  openRecognizer,
  type Transcript,
  transcribeSound,
} from '../../speech/index.js';
import { type CommandContext, textArg, textListArg } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { printable, printableJson } from '../printable.js';
import { soundOptions } from '../speaking.js';
import { StatusLine } from '../status-line.js';

/** What engines hear. */
const HEARD_RATE_HZ = 16_000;

/** What the command takes from the machine. */
export interface TranscribeParts {
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch;
}

/** `transcribe FILE|-`: what is said in a sound, on stdout; who listens and how far it is, on stderr. */
export function transcribe(context: CommandContext): Promise<number> {
  return runTranscribe(context, { clock: new SystemClock() });
}

/** As `transcribe`, on given parts. */
export async function runTranscribe(context: CommandContext, parts: TranscribeParts): Promise<number> {
  const { args, io, resolved } = context;
  const file = textArg(args, 'file') ?? '-';
  const stop = anySignal(io.drain, io.quit);
  const opened = await openRecognizer(
    { engines: resolved.config.sttEngines, engine: textArg(args, 'engine') ?? resolved.config.sttEngine },
    { clock: parts.clock, env: io.env, fetch: parts.fetch },
  );
  try {
    const sound = await openFile(context, file, stop);
    try {
      context.say(printable(`${opened.recognizer.name} listens: ${opened.why}`));
      return await writeDown(context, parts, { opened, sound, stop });
    } finally {
      await sound.close();
      if (file === '-') io.stdin.destroy();
    }
  } finally {
    await opened.recognizer.close();
  }
}

function openFile(context: CommandContext, file: string, signal: AbortSignal): Promise<SoundSource> {
  const options = { ...soundOptions(context.args), sampleRateHz: HEARD_RATE_HZ, signal };
  return file === '-'
    ? openSound(context.io.stdin, { ...options, name: 'standard input' })
    : openSound(file, options);
}

interface Work {
  readonly opened: OpenedRecognizer;
  readonly sound: SoundSource;
  readonly stop: AbortSignal;
}

async function writeDown(
  context: CommandContext,
  { clock }: TranscribeParts,
  { opened, sound, stop }: Work,
): Promise<number> {
  const { args, resolved } = context;
  const isJson = args['json'] === true;
  const hints = textListArg(args, 'hint');
  const transcripts: Transcript[] = [];
  let readMs = 0;
  const progress = (): string => progressText(sound, readMs);
  const status = new StatusLine({
    context,
    clock,
    draw: (columns) => progress().slice(0, columns - 1),
    summary: progress,
  });
  status.start();
  let isStopped = false;
  try {
    const heard = transcribeSound({
      recognizer: opened.recognizer,
      sound: sound.frames(),
      clock,
      language: resolved.config.language,
      hints: hints.length === 0 ? undefined : hints,
      signal: stop,
      onProgress: (ms) => {
        readMs = ms;
      },
      onRetry: (error, delayMs) =>
        status.say(printable(`${errorText(error)}; trying again in ${(delayMs / 1000).toFixed(1)} s`)),
    });
    for await (const transcript of heard) {
      transcripts.push(transcript);
      if (!isJson) printAbove(context, status, transcript.text);
    }
  } catch (error) {
    if (!stop.aborted || !isAbortError(error)) throw error;
    isStopped = true;
  } finally {
    status.close();
  }
  report(context, { opened, sound, stop }, transcripts, readMs);
  if (isStopped) context.say(`${sound.name}: interrupted, ${progress()}`);
  return isStopped ? EXIT.interrupted : EXIT.ok;
}

/** On a terminal the line of the status is where the text will stand. */
function printAbove(context: CommandContext, status: StatusLine, text: string): void {
  if (context.io.isTerminal) status.close();
  context.print(printable(text));
  if (context.io.isTerminal) status.start();
}

function progressText({ durationMs }: SoundSource, readMs: number): string {
  const whole = durationMs === undefined ? '' : ` of ${(durationMs / 1000).toFixed(1)}`;
  return `${(readMs / 1000).toFixed(1)}${whole} s listened to`;
}

function report(
  context: CommandContext,
  { opened, sound, stop }: Work,
  transcripts: readonly Transcript[],
  readMs: number,
): void {
  const { recognizer } = opened;
  if (context.args['json'] === true) {
    const text = transcripts.map((transcript) => transcript.text).join('\n');
    const durationMs = Math.round(readMs);
    context.print(
      printableJson({
        file: sound.name,
        engine: recognizer.name,
        durationMs,
        text,
        utterances: transcripts,
      }),
    );
    return;
  }
  if (sound.truncated) context.say(`${sound.name}: the file is cut short; listened to what is there`);
  if (sound.damagedParts > 0) context.say(`${sound.name}: ${sound.damagedParts} damaged parts were left out`);
  if (transcripts.length === 0 && !stop.aborted)
    context.say(`${sound.name}: nothing was said, or nothing was understood`);
}
