import { openSound, type SoundSource } from '../../audio/index.js';
import type { BridgeClient, SpeechEnd, SpeechHandle } from '../../client/index.js';
import { DEFAULT_LIP_TABLE, type LipTable } from '../../lipsync/index.js';
import { SystemClock } from '../../runtime/index.js';
import { type LipsChoice, laneOf, PeerMouth, type SpeechOutcome } from '../../speaking/index.js';
import { closeLink } from '../closing.js';
import { type CommandContext, textArg, textListArg } from '../context.js';
import { connectDaemon } from '../daemon-connection.js';
import { EXIT } from '../exit-codes.js';
import { lipTableOf } from '../lip-table-setting.js';
import { lipsSource } from '../lips-source.js';
import { playWithLips } from '../play-with-lips.js';
import { printableJson } from '../printable.js';
import { Progress } from '../progress.js';
import { soundOptions, speakSound } from '../speaking.js';
import { streamChoices } from '../stream-choices.js';
import { readTimedLines } from '../timed-lines.js';

/** What is played here is heard by people, who hear more than MMDAgent-EX does. */
const PLAYED_RATE_HZ = 48_000;

/** `play FILE…`: each file (`-`: stdin) is one utterance, spoken in order. */
export async function play(context: CommandContext): Promise<number> {
  const files = textListArg(context.args, 'files');
  const options = soundOptions(context.args);
  const timed = textArg(context.args, 'timed');
  const ties = timed === undefined ? [] : await readTimedLines(timed, '--timed');
  const connection = await connectDaemon(context);
  let worst: number = EXIT.ok;
  let lane: string | undefined;
  try {
    for (const file of files) {
      if (context.io.drain.aborted) break;
      const spoken = await playOne(context, connection.client, file, options, ties);
      lane = spoken.lane;
      if (context.args['json'] === true) context.print(printableJson({ file, ...spoken.report }));
      if (spoken.end.reason === 'failed') throw spoken.end.error ?? new Error('The utterance failed');
      if (spoken.end.reason === 'interrupted') worst = EXIT.interrupted;
    }
    if (context.args['close'] === true && lane !== undefined)
      await closeLink(context, connection.client, lane);
  } finally {
    // Else its silence would keep the process alive.
    if (files.includes('-')) context.io.stdin.destroy();
    await connection.leave();
  }
  return context.io.drain.aborted ? EXIT.interrupted : worst;
}

interface Spoken {
  readonly lane: string;
  readonly end: SpeechEnd;
  readonly report: object;
}

async function playOne(
  context: CommandContext,
  client: BridgeClient,
  file: string,
  options: ReturnType<typeof soundOptions>,
  ties: readonly { readonly atMs: number; readonly message: string }[],
): Promise<Spoken> {
  const isInput = file === '-';
  const lips = lipsChoice(context);
  const source = lips === undefined ? undefined : await lipsSource(context, file);
  // Before the stream: a file that cannot be played costs the avatar nothing.
  const sound = await openSound(isInput ? context.io.stdin : file, {
    ...options,
    ...(lips === 'local' ? { sampleRateHz: PLAYED_RATE_HZ } : {}),
    ...(isInput ? { name: 'standard input' } : {}),
    signal: context.io.drain,
  });
  if (lips === undefined || source === undefined) return playPlainly(context, client, file, sound, ties);
  try {
    const outcome = await playWithLips(context, { client, file, sound, lips, source, ties });
    return { lane: outcome.lane, end: outcome, report: { ...reportOf(outcome), ...lipsOf(outcome) } };
  } finally {
    await sound.close();
  }
}

/** @returns undefined: as ever, the peer's own. @throws {ConfigError} BRIDGE_ERR_USAGE */
function lipsChoice({ args }: CommandContext): LipsChoice | undefined {
  const lips = textArg(args, 'lips') as LipsChoice | undefined;
  if (lips !== undefined) return lips;
  const isTold = args['timings'] !== undefined || args['phonemes'] !== undefined;
  return isTold ? 'auto' : undefined;
}

function lipsOf({ way, mouth, parts, lateParts, reanchors }: SpeechOutcome): object {
  return way === 'peer' ? { lips: way } : { lips: way, mouth, parts, lateParts, reanchors };
}

function reportOf({ lane, reason, heardMs, error }: SpeechEnd & { readonly lane: string }): object {
  const told = error === undefined ? {} : { error: { code: error.code, message: error.message } };
  return { lane, reason, heardMs, ...told };
}

async function playPlainly(
  context: CommandContext,
  client: BridgeClient,
  file: string,
  sound: SoundSource,
  ties: readonly { readonly atMs: number; readonly message: string }[],
): Promise<Spoken> {
  const { config } = context.resolved;
  let progress: Progress | undefined;
  try {
    const { lipTxt } = config;
    const table = lipTxt === undefined ? DEFAULT_LIP_TABLE : await lipTableOf(context, lipTxt);
    const handle = await client.open({
      kind: context.args['live'] === true ? 'live' : 'recorded',
      ...(config.lane === undefined ? {} : { lane: config.lane }),
      ...streamChoices(context),
    });
    progress = new Progress(context, file, handle);
    // Messages of the user's own that move the mouth close it too, or not, as they are meant to.
    if (!ties.some(({ message }) => message.startsWith('LIPSYNC_START|')))
      await watchMouth(context, client, { handle, table });
    for (const tie of ties) await handle.tie(tie);
    const end = await speakSound(context, handle, sound);
    return { lane: handle.lane, end, report: reportOf({ lane: handle.lane, ...end }) };
  } finally {
    progress?.close();
    await sound.close();
  }
}

/** MMDAgent-EX's own lips move the mouth: it is closed where they leave it open. */
async function watchMouth(
  context: CommandContext,
  client: BridgeClient,
  { handle, table }: { readonly handle: SpeechHandle; readonly table: LipTable },
): Promise<void> {
  const model = streamChoices(context).model ?? (await laneOf(client, handle.lane))?.model ?? '0';
  new PeerMouth({ client, clock: new SystemClock(), handle, model, table });
}
