import type { HeardReply, PlayedSound, Reply } from '../reply/index.js';
import type { Ear } from './ports.js';

export interface ReplyWatch {
  readonly ear: Ear | undefined;
  readonly nowMs: () => number;
  readonly onSynthesized: (atMs: number) => void;
  readonly onSent: (atMs: number) => void;
  readonly onHeard: (atMs: number) => void;
  readonly onAlive: () => void;
  readonly onPosition: (heard: HeardReply) => void;
  readonly onPlayed: (sound: PlayedSound) => void;
  readonly onCredit: (credit: string) => void;
  readonly onWarned: (text: string) => void;
}

/**
 * Listens to a reply for its turn, and tells the ear what of it is heard.
 *
 * @returns lets go of it; an avatar whose sound is not known is told to be silent.
 */
export function watchReply(reply: Reply, watch: ReplyWatch): () => void {
  let soundsFromMs: number | undefined;
  let isUnknown = false;
  const { events } = reply;
  const quiet = (): void => {
    if (soundsFromMs !== undefined) watch.ear?.avatarSounds(soundsFromMs, watch.nowMs());
    soundsFromMs = undefined;
  };
  const sounds = (fromMs: number): void => {
    soundsFromMs = fromMs;
    watch.ear?.avatarSounds(fromMs, undefined);
  };
  // What left before a cut is heard behind it, and told then: the ear must know it to the end.
  const offs = [
    events.on('played', (sound) => {
      watch.ear?.played(sound);
      watch.onPlayed(sound);
    }),
    events.on('unplayed', (fromMs) => watch.ear?.unplayed(fromMs)),
  ];
  const deaf = (): void => {
    for (const off of offs.splice(0)) off();
  };
  void reply.ended.then(deaf, deaf);
  const leaving = [
    events.on('synthesized', (atMs) => watch.onSynthesized(atMs)),
    events.on('sent', (atMs) => watch.onSent(atMs)),
    events.on('started', (heardAtMs, way) => {
      watch.onSent(watch.nowMs());
      watch.onHeard(heardAtMs);
      isUnknown = way === 'synth';
      if (isUnknown) sounds(heardAtMs);
    }),
    events.on('pieceStarted', () => watch.onAlive()),
    events.on('pieceEnded', () => watch.onAlive()),
    events.on('position', (heard) => {
      watch.onAlive();
      watch.onPosition(heard);
    }),
    events.on('paused', () => {
      watch.onAlive();
      // Who speaks now need not be louder than an avatar that is silent.
      quiet();
    }),
    events.on('resumed', () => {
      watch.onAlive();
      if (isUnknown) sounds(watch.nowMs());
    }),
    events.on('credit', (credit) => watch.onCredit(credit)),
    events.on('warned', (text) => watch.onWarned(text)),
  ];
  return () => {
    for (const leave of leaving.splice(0)) leave();
    quiet();
  };
}
