import { extname } from 'node:path';
import { createThreadedPronouncer, type KanaPronouncer } from '../../language/index.js';
import { anySignal, type Clock, ConfigError, SystemClock } from '../../runtime/index.js';
import { PEER_VOICE_TYPE, type Speech } from '../../speech/index.js';
import { closeLink } from '../closing.js';
import { type CommandContext, textArg } from '../context.js';
import { connectDaemon } from '../daemon-connection.js';
import { EXIT } from '../exit-codes.js';
import { lipsSource } from '../lips-source.js';
import { openSpeech, speakOptions } from '../open-speech.js';
import { printableJson } from '../printable.js';
import { type PeerSaid, sayByPeer } from '../say-by-peer.js';
import { type Said, type SayToAvatar, sayToAvatar } from '../say-to-avatar.js';
import { sayToFile } from '../say-to-file.js';
import { type SpokenText, spokenTexts } from '../spoken-text.js';
import { assertTimingsPlace, timingsPlace } from '../timings-place.js';

/** `say TEXT…|-`: speaks a text through the avatar, or with --out into a file. */
export async function say(context: CommandContext): Promise<number> {
  const out = textArg(context.args, 'out');
  if (out !== undefined && extname(out).toLowerCase() !== '.wav')
    throw new ConfigError(
      'BRIDGE_ERR_USAGE',
      `--out: expected the name of a .wav file, got "${out.slice(0, 80)}"`,
    );
  if (out !== undefined) await assertTimingsPlace(timingsPlace(out));
  const texts = await spokenTexts(context);
  const clock = new SystemClock();
  const pronouncer = createThreadedPronouncer();
  const speech = await openSpeech(context, clock, pronouncer);
  try {
    if (out === undefined) return await throughAvatar(context, { texts, clock, speech, pronouncer });
    return await intoFile(context, { texts, speech, pronouncer, out });
  } finally {
    // Else its silence would keep the process alive.
    if (context.args['file'] === undefined) context.io.stdin.destroy();
    await speech.close();
  }
}

interface Saying {
  readonly texts: AsyncIterable<SpokenText>;
  readonly clock: Clock;
  readonly speech: Speech;
  readonly pronouncer: KanaPronouncer;
}

async function throughAvatar(context: CommandContext, saying: Saying): Promise<number> {
  const { table } = (await lipsSource(context, '-')).names;
  // Before the link: an engine that is not set up costs the avatar nothing.
  const { type, engine } = await saying.speech.describe(speakOptions(context));
  if (type !== PEER_VOICE_TYPE) void saying.speech.prepare(speakOptions(context));
  const connection = await connectDaemon(context);
  const options = { ...saying, client: connection.client, table, engine };
  const all = type === PEER_VOICE_TYPE ? sayByPeer(context, saying.texts, options) : sayAll(context, options);
  let last: Said | PeerSaid | undefined;
  try {
    for await (const said of all) {
      last = said;
      if (context.args['json'] === true)
        context.print(printableJson({ ...reportOf(said), usage: saying.speech.usage() }));
      if (said.reason === 'failed') throw said.error ?? new Error('The utterance failed');
    }
    if (context.args['close'] === true && last !== undefined)
      await closeLink(context, options.client, last.lane);
  } finally {
    await connection.leave();
  }
  return context.io.drain.aborted || last?.reason === 'interrupted' ? EXIT.interrupted : EXIT.ok;
}

/** Each text is an utterance. */
async function* sayAll(
  context: CommandContext,
  { texts, ...options }: SayToAvatar & Saying,
): AsyncGenerator<Said> {
  for await (const text of texts) {
    yield await sayToAvatar(context, text, options);
    if (context.io.drain.aborted) return;
  }
}

function reportOf(said: Said | PeerSaid): object {
  if (!('way' in said)) return said;
  const { way, error, ...rest } = said;
  const told = error === undefined ? {} : { error: { code: error.code, message: error.message } };
  return { ...rest, lips: way, ...told };
}

async function intoFile(
  context: CommandContext,
  { texts, speech, pronouncer, out }: Omit<Saying, 'clock'> & { readonly out: string },
): Promise<number> {
  const signal = anySignal(context.io.drain, context.io.quit);
  const instructions = textArg(context.args, 'instructions');
  const parts = speech.speak(await wholeOf(texts), { ...speakOptions(context), instructions, signal });
  const written = await sayToFile(parts, out, pronouncer);
  if (context.args['json'] === true) {
    context.print(printableJson({ ...written, usage: speech.usage() }));
    return EXIT.ok;
  }
  const lips = written.lips === undefined ? '' : `, phonemes ${written.lips}`;
  context.say(
    `${written.file}: ${(written.durationMs / 1000).toFixed(1)} s${lips}; timings in ${written.timings}`,
  );
  return EXIT.ok;
}

/** Lines of a keyboard as one text. */
async function wholeOf(texts: AsyncIterable<SpokenText>): Promise<SpokenText> {
  const lines: string[] = [];
  for await (const text of texts) {
    if (typeof text !== 'string') return text;
    lines.push(text);
  }
  return lines.join('\n');
}
