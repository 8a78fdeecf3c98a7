import { openLlm } from '../llm/index.js';
import { createSpeech } from '../speech/index.js';
import { readToolSettings } from '../tools/index.js';
import { cannotSound, openSoundModel, withoutSoundEngine } from './open-brain.js';
import type { ChatPorts, ChatSettings } from './open-chat.js';
import { recognizerFor } from './open-ears.js';
import { closing, OpenParts } from './open-parts.js';
import { readSections } from './read-sections.js';

/**
 * Looks at everything that can be known of a conversation's settings before a process is started or anything is sent: sections, engines
 * that are none or not set up, and choices that exclude each other.
 *
 * @throws {ConfigError} as `openChat` would.
 */
export async function checkChat(
  settings: ChatSettings,
  { clock, env, host, fetch }: Pick<ChatPorts, 'clock' | 'env' | 'host' | 'fetch'>,
): Promise<void> {
  const { llm = {}, recognition, voice: { topology = 'auto' } = {}, hears = false } = settings;
  const { engine, conversation } = await readSections(settings, env);
  await readToolSettings(settings.tools, env);
  const isSound = engine !== undefined;
  if (isSound && (topology === 'peer' || topology === 'text')) throw cannotSound(topology);
  const parts = new OpenParts();
  try {
    await parts.open(() => openLlm(isSound ? withoutSoundEngine(llm) : llm, { clock, env, fetch }), closing);
    if (isSound)
      await parts.open(
        () => openSoundModel({ engine, llm, conversation, speech: settings.speech, clock, env, fetch }),
        closing,
      );
    if (hears)
      await parts.open(
        () => recognizerFor({ recognition, isSound, recognizer: undefined, clock, env, fetch }),
        (opened) => opened?.recognizer.close(),
      );
    // Nothing is written in kana here.
    const toKana = async (text: string): Promise<string> => text;
    await parts.open(() => createSpeech(settings.speech ?? {}, { clock, env, host, toKana }), closing);
  } finally {
    await parts.close();
  }
}
