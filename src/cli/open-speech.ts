import { speechSection } from '../config/index.js';
import { systemHost } from '../devices/index.js';
import { createThreadedPronouncer, type KanaPronouncer } from '../language/index.js';
import { type Clock, errorText } from '../runtime/index.js';
import { createSpeech, type SpeakOptions, type Speech } from '../speech/index.js';
import type { CommandContext } from './context.js';
import { printable } from './printable.js';

/**
 * What speaks for a command: engines as the settings have them, and on stderr who speaks, why, and whom to name.
 *
 * @throws {ConfigError} of `createSpeech`.
 */
export async function openSpeech(
  context: CommandContext,
  clock: Clock,
  pronouncer: KanaPronouncer = createThreadedPronouncer(),
): Promise<Speech> {
  const { config } = context.resolved;
  const { env } = context.io;
  const host = systemHost(env);
  const toKana = (text: string): Promise<string> => pronouncer.kanaOf(text);
  const speech = await createSpeech(speechSection(config, env, host.platform), { clock, env, host, toKana });
  const { events } = speech;
  events.on('chosen', ({ engine, voice, why }) =>
    context.say(`${engine}${voice === undefined ? '' : ` (${voice})`} speaks: ${why}`),
  );
  events.on('credit', (credit) => context.say(printable(`Voice: ${credit}`)));
  events.on('fellBack', ({ from, to, error }) =>
    context.say(`warning: ${from} failed, ${to} speaks instead: ${errorText(error)}`),
  );
  events.on('retried', ({ engine, error, delayMs }) =>
    context.say(`${engine} is asked again in ${(delayMs / 1000).toFixed(1)} s: ${errorText(error)}`),
  );
  events.on('warned', (text) => context.say(`warning: ${text}`));
  return speech;
}

/** An engine that is asked for on the command line speaks everything, whatever the routes say. */
export function speakOptions({ resolved: { config, origins } }: CommandContext): SpeakOptions {
  const isAsked = origins.ttsEngine === 'flag' && config.ttsEngine !== 'auto';
  return {
    ...(isAsked ? { engine: config.ttsEngine } : {}),
    ...(origins.voice === 'flag' ? { voice: config.voice } : {}),
    ...(origins.speed === 'flag' ? { speed: config.speed } : {}),
  };
}
