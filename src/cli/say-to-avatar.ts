import type { BridgeClient, SpeechEvents } from '../client/index.js';
import type { KanaPronouncer } from '../language/index.js';
import type { LipTable } from '../lipsync/index.js';
import { anySignal, type Clock, Emitter } from '../runtime/index.js';
import { type LipsKnowledge, type SpeechOutcome, speakThrough } from '../speaking/index.js';
import type { Speech, SpokenPart } from '../speech/index.js';
import { type CommandContext, textArg } from './context.js';
import { playbackHere } from './local-playback.js';
import { speakOptions } from './open-speech.js';
import { loudspeaker } from './play-with-lips.js';
import { Progress } from './progress.js';
import type { SpokenText } from './spoken-text.js';
import { streamChoices } from './stream-choices.js';

export interface SayToAvatar {
  readonly client: BridgeClient;
  readonly clock: Clock;
  readonly speech: Speech;
  readonly pronouncer: KanaPronouncer | undefined;
  readonly table: LipTable | undefined;
}

/** What was said, beside how it ended. */
export interface Said extends SpeechOutcome {
  readonly engines: readonly string[];
  readonly credits: readonly string[];
  readonly sentences: number;
}

/**
 * Says one text through the avatar. The first Ctrl-C is silence at once: what engine, lips and avatar have under way ends together.
 *
 * @throws {BridgeError} of `speakThrough`, before anything was heard.
 */
export async function sayToAvatar(
  context: CommandContext,
  text: SpokenText,
  { client, clock, speech, pronouncer, table }: SayToAvatar,
): Promise<Said> {
  const { config } = context.resolved;
  const options = speakOptions(context);
  const events = new Emitter<SpeechEvents>();
  const told = new Told();
  let progress: Progress | undefined;
  try {
    const end = await speakThrough(
      client,
      config.lane,
      (signal) =>
        speech.speak(text, { ...options, instructions: textArg(context.args, 'instructions'), signal }),
      {
        clock,
        lips: config.lips,
        knows: await knowledge(speech, context, { text, pronouncer }),
        pronouncer,
        table,
        ...streamChoices(context),
        openPlayback: loudspeaker(context, await playbackHere(context.io, clock)),
        signal: anySignal(context.io.drain, context.io.quit),
        onPart: (part) => told.take(part),
        onOpened: ({ lane }) => {
          progress = new Progress(context, 'say', { lane, events });
        },
        onStarted: (atMs) => events.emit('started', atMs),
        onHeard: (heardMs) => events.emit('position', heardMs),
      },
    );
    events.emit('ended', end);
    const { engines, credits, sentences } = told;
    return { ...end, engines: [...engines], credits: [...credits], sentences };
  } finally {
    progress?.close();
  }
}

async function knowledge(
  speech: Speech,
  context: CommandContext,
  { text, pronouncer }: { readonly text: SpokenText; readonly pronouncer: KanaPronouncer | undefined },
): Promise<LipsKnowledge> {
  const { tells } = await speech.describe(speakOptions(context));
  if (tells === 'phonemes') return 'phonemes';
  // While the engine thinks.
  if (typeof text === 'string' && context.resolved.config.lips !== 'peer') void pronouncer?.prepareFor(text);
  return pronouncer === undefined ? 'sound' : 'text';
}

class Told {
  readonly engines = new Set<string>();
  readonly credits = new Set<string>();
  sentences = 0;

  take(part: { readonly type: string } | SpokenPart): void {
    if (part.type !== 'sentence' || !('engine' in part)) return;
    this.sentences++;
    this.engines.add(part.engine);
    if (part.credit !== undefined) this.credits.add(part.credit);
  }
}
