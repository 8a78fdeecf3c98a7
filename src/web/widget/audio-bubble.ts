import { make } from '../dom.js';
import type { Bubble } from './bubble.js';
import type { Playing, VoiceOut } from './voice-out.js';
import type { SayWidget } from './widget-texts.js';

/** What the user recorded, to be heard again by a press. */
export function putRecording(
  bubble: Bubble,
  recording: Blob,
  { voice, say }: { voice: VoiceOut; say: SayWidget },
): void {
  const sign = make('span', '', '▶');
  sign.setAttribute('aria-hidden', 'true');
  const button = make('button', 'heard', sign, say('audioMessage'));
  button.type = 'button';
  button.setAttribute('aria-label', say('playAudio'));
  let playing: Playing | undefined;
  const show = (): void => {
    sign.textContent = playing === undefined ? '▶' : '■';
    button.setAttribute('aria-label', say(playing === undefined ? 'playAudio' : 'stopAudio'));
  };
  button.addEventListener('click', async () => {
    voice.unlock();
    if (playing !== undefined) {
      playing.stop();
      return;
    }
    const sound = await voice.decode(await recording.arrayBuffer());
    if (sound === undefined || playing !== undefined) return;
    playing = voice.play(sound);
    show();
    await playing.ended;
    playing = undefined;
    show();
  });
  bubble.hold(button);
}
