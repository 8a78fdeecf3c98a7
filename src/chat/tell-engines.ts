import { type Llm, OFFLINE_TYPE } from '../llm/index.js';
import type { Speech } from '../speech/index.js';
import { type SoundParts, type SoundSettings, withoutEffect } from './sound-settings.js';
import { errorValues, type TellNotice } from './tell-notice.js';

/** Who thinks and why, and what does not work, for people. */
export function tellOfModel(llm: Pick<Llm, 'events'>, tell: TellNotice): void {
  llm.events.on('chosen', ({ engine, type, model, why }) =>
    tell(type === OFFLINE_TYPE ? 'modelOffline' : 'modelChosen', { model: `${engine} (${model})`, why }),
  );
  llm.events.on('retried', ({ engine, error, delayMs }) =>
    tell('modelRetried', { model: engine, seconds: (delayMs / 1000).toFixed(1), ...errorValues(error) }),
  );
  llm.events.on('fellBack', ({ from, to, error }) =>
    tell('modelFellBack', { from, to, ...errorValues(error) }),
  );
  llm.events.on('warned', (text) => tell('modelWarned', { text }));
}

/** The same of who speaks. */
export function tellOfSpeech({ events }: Speech, tell: TellNotice): void {
  events.on('chosen', ({ engine, voice, why }) =>
    tell('voiceChosen', { voice: voice === undefined ? engine : `${engine} (${voice})`, why }),
  );
  events.on('fellBack', ({ from, to, error }) => tell('voiceFellBack', { from, to, ...errorValues(error) }));
  events.on('warned', (text) => tell('voiceWarned', { text }));
}

/** What of the settings a speech-to-speech model does not go by. @param settings - `voice`: asked for where the reply is heard. */
export function tellOfSound(
  settings: Pick<SoundSettings, 'conversation' | 'llm'> & { readonly voice: string | undefined },
  parts: SoundParts,
  tell: TellNotice,
): void {
  const { name: model } = parts.model;
  const paths = withoutEffect(settings, parts);
  if (paths.length > 0) tell('settingsWithoutEffect', { model, settings: paths.join(', ') });
  const voices = { 'conversation.reply.voice': settings.conversation.reply.voice, voice: settings.voice };
  for (const [setting, voice] of Object.entries(voices))
    if (voice !== undefined) tell('voiceOfItsOwn', { model, setting });
}
