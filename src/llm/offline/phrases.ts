import type { Say } from './dress.js';

/** What the offline model can say, in one language. Every entry is one reply, or a part of one. */
export interface Phrases {
  /** What it is and how to set a model up; part of the first reply. */
  readonly introduction: readonly Say[];
  readonly greeting: (hour: number, name: string | undefined) => readonly Say[];
  readonly time: (time: string) => readonly Say[];
  readonly date: (date: string) => readonly Say[];
  readonly sum: (value: string) => readonly Say[];
  readonly noSum: readonly Say[];
  readonly named: (name: string) => readonly Say[];
  readonly yourName: (name: string) => readonly Say[];
  readonly noName: readonly Say[];
  readonly image: readonly Say[];
  readonly look: readonly Say[];
  /** It looked, and no picture came: refused, or nothing there that takes one. */
  readonly noPicture: readonly Say[];
  readonly blind: readonly Say[];
  readonly tool: (name: string) => readonly Say[];
  readonly toolResult: (name: string, text: string) => readonly Say[];
  readonly toolFailed: (name: string) => readonly Say[];
  readonly repeated: (words: string) => readonly Say[];
  readonly counting: (numbers: readonly string[]) => readonly Say[];
  /** To be told one after the other. */
  readonly stories: readonly (readonly Say[])[];
  /** Somebody spoke for so many seconds, and no recogniser is set up. */
  readonly voiceOnly: (seconds: string) => readonly Say[];
  readonly silence: readonly Say[];
  /** Answers by topic; see `topics.ts`. */
  readonly topics: Readonly<Record<TopicName, readonly Say[]>>;
  /** When nothing else fits: one after the other. */
  readonly reflections: readonly ((words: string) => readonly Say[])[];
}

export type TopicName =
  | 'help'
  | 'mmdagent'
  | 'bridge'
  | 'lips'
  | 'interruption'
  | 'model'
  | 'howAreYou'
  | 'sad'
  | 'happy'
  | 'thanks'
  | 'stop'
  | 'bye'
  | 'joke'
  | 'weather';

/** One calm sentence after the other. */
export function calm(...texts: readonly string[]): readonly Say[] {
  return texts.map((text) => ({ mood: 'calm', text }));
}
