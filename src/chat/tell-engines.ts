import { type Llm, OFFLINE_TYPE } from '../llm/index.js';
import type { Speech } from '../speech/index.js';
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
