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
  const { events } = reply;
  // What left before a cut is heard behind it, and told then: the ear must know it to the end.
  const deaf = events.on('played', (sound) => {
    watch.ear?.played(sound);
    watch.onPlayed(sound);
  });
  void reply.ended.then(deaf, deaf);
  const leaving = [
    events.on('synthesized', (atMs) => watch.onSynthesized(atMs)),
    events.on('sent', (atMs) => watch.onSent(atMs)),
    events.on('started', (heardAtMs, way) => {
      watch.onSent(watch.nowMs());
      watch.onHeard(heardAtMs);
      if (way !== 'synth') return;
      soundsFromMs = heardAtMs;
      watch.ear?.avatarSounds(heardAtMs, undefined);
    }),
    events.on('pieceStarted', () => watch.onAlive()),
    events.on('pieceEnded', () => watch.onAlive()),
    events.on('position', (heard) => {
      watch.onAlive();
      watch.onPosition(heard);
    }),
    events.on('paused', () => watch.onAlive()),
    events.on('resumed', () => watch.onAlive()),
    events.on('credit', (credit) => watch.onCredit(credit)),
    events.on('warned', (text) => watch.onWarned(text)),
  ];
  return () => {
    for (const leave of leaving.splice(0)) leave();
    if (soundsFromMs !== undefined) watch.ear?.avatarSounds(soundsFromMs, watch.nowMs());
    soundsFromMs = undefined;
  };
}
