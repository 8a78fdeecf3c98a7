import type { SoundSource } from '../../audio/index.js';
import type { AvatarSound } from '../avatar-port.js';

/** Gives a sound to an avatar as fast as it is spoken. Who sends it and goes away ends it. @returns when all was given. */
export async function playBody(
  sound: SoundSource,
  open: () => Promise<AvatarSound>,
  signal: AbortSignal,
): Promise<AvatarSound> {
  try {
    const speech = await open();
    let isEnded = false;
    void speech.ended.then(async () => {
      isEnded = true;
      await sound.close();
    });
    try {
      for await (const pcm of sound.frames()) {
        if (isEnded) break;
        await speech.write(pcm);
      }
      speech.end();
    } catch (error) {
      speech.stop();
      // The sender is gone: nobody reads why.
      if (!signal.aborted) throw error;
    }
    return speech;
  } finally {
    await sound.close();
  }
}
