import type { Clock, Timer } from '../../runtime/clock.js';
import { MicFault, Recorder } from './recorder.js';
import type { SayWidget } from './widget-texts.js';
import type { WidgetView } from './widget-view.js';

export interface SpeakControlParts {
  readonly clock: Clock;
  readonly view: WidgetView;
  readonly say: SayWidget;
  readonly onPiece: (bytes: Uint8Array<ArrayBuffer>) => void;
  /** All of it was given. */
  readonly onDone: (recording: Blob) => void;
  /** Nothing comes of it. @param why - for the user; '' when it was the user's own wish. */
  readonly onNothing: (why: string) => void;
}

const SHOWN_EVERY_MS = 250;

/** From the press of the microphone's button to a recording. */
export class SpeakControl {
  readonly #parts: SpeakControlParts;
  #recorder: Recorder | undefined;
  #shown: Timer | undefined;
  /** Answers of the browser to an earlier press count for nothing. */
  #press = 0;

  constructor(parts: SpeakControlParts) {
    this.#parts = parts;
  }

  /** @returns whether it records; else `onNothing` was told, or it was cancelled. */
  async start(maxSeconds: number): Promise<boolean> {
    const { clock, view, say, onPiece, onNothing } = this.#parts;
    const press = ++this.#press;
    view.status = say('asking');
    try {
      const recorder = await Recorder.start({
        clock,
        onPiece,
        maxMs: maxSeconds * 1000,
        onEnd: (why) => {
          if (why === 'tooLong') view.status = say('tooLong', { seconds: maxSeconds });
          void this.stop();
        },
      });
      if (press !== this.#press) {
        recorder.cancel();
        return false;
      }
      this.#recorder = recorder;
      view.status = '';
      this.#show(clock.nowMs());
      view.stopRecordingButton.focus();
      return true;
    } catch (error) {
      if (press !== this.#press) return false;
      const problem = error instanceof MicFault ? error.problem : 'micBroken';
      console.warn(
        'The microphone could not be used:',
        error instanceof Error ? (error.cause ?? error) : error,
      );
      onNothing(say(problem));
      return false;
    }
  }

  async stop(): Promise<void> {
    const recorder = this.#take();
    if (recorder === undefined) return;
    try {
      this.#parts.onDone(await recorder.stop());
    } catch (error) {
      console.warn('The recording could not be read:', error);
      this.#parts.onNothing(this.#parts.say('micBroken'));
    }
  }

  /** It is thrown away, and the microphone let go. */
  cancel(): void {
    this.#press++;
    this.#take()?.cancel();
    this.#parts.view.status = '';
  }

  #take(): Recorder | undefined {
    const recorder = this.#recorder;
    this.#recorder = undefined;
    this.#shown?.cancel();
    this.#parts.view.recording = undefined;
    return recorder;
  }

  #show(sinceMs: number): void {
    const { clock, view, say } = this.#parts;
    const seconds = Math.floor((clock.nowMs() - sinceMs) / 1000);
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    view.recording = say('recording', { time });
    this.#shown = clock.after(SHOWN_EVERY_MS, () => this.#show(sinceMs));
  }
}
