import { beforeEach, describe, expect, it } from 'vitest';
import { type LoopRig, loopRig } from './rig.js';

let rig: LoopRig;

const tell = (...events: ('voice' | 'silence' | 'accepted' | 'ignored')[]): void => {
  const { events: link } = rig.link;
  for (const event of events) {
    if (event === 'voice' || event === 'silence') link.emit('voice', event === 'voice');
    else if (event === 'accepted') link.emit('accepted');
    else link.emit('ignored', '', 'noWords');
  }
};
const turn = (number: number, by = 'voice'): void =>
  rig.link.events.emit('turn', { turn: number, by, text: 'hello' });
const ended = (number: number, outcome: 'completed' | 'interrupted' = 'completed'): void =>
  rig.link.events.emit('ended', { turn: number, outcome, user: '', heard: '', error: undefined });
const heardMs = (): number => rig.link.heard.reduce((sum, { byteLength }) => sum + byteLength / 32, 0);

beforeEach(() => {
  rig = loopRig();
});

function started(bargeIn = true): void {
  rig.loop.bargeIn = bargeIn;
  rig.loop.start();
  rig.mic.allow();
}

describe('VoiceLoop', () => {
  it('G1: listens after one press, with the browser’s echo cancellation', () => {
    expect(rig.loop.isOn).toBe(false);
    rig.loop.start();
    expect(rig.loop.isOpen).toBe(false);
    rig.mic.allow();
    expect(rig.mic.choice?.echoCancellation).toBe(true);
    expect(rig.loop.isOpen).toBe(true);
    rig.speak(1000);
    expect(heardMs()).toBe(1000);
  });

  it('G2: sends half-second blocks where that is wanted', () => {
    rig = loopRig({ blockMs: 500 });
    started();
    rig.speak(1100);
    expect(rig.link.heard.map(({ byteLength }) => byteLength)).toEqual([16_000, 16_000]);
  });

  it('G4, G9: without barge-in, recording ends by itself at the pause and resumes when the reply was played to its end', () => {
    started(false);
    rig.speak(400);
    tell('voice');
    rig.speak(600);
    tell('silence', 'accepted');
    expect(rig.mic.isPaused).toBe(true);
    rig.speak(500);
    turn(1);
    rig.reply(1, 1000);
    ended(1);
    rig.speak(1100);
    // The server is done, but its sound is still heard.
    expect(rig.loop.phase).toBe('speaking');
    expect(rig.mic.isPaused).toBe(true);
    expect(heardMs()).toBe(1000);
    rig.speak(200);
    expect(rig.loop.phase).toBe('resting');
    expect(rig.mic.isPaused).toBe(false);
    rig.speak(300);
    expect(heardMs()).toBeGreaterThan(1200);
  });

  it('G9: resumes when the server’s end comes after the sound', () => {
    started(false);
    tell('voice', 'silence', 'accepted');
    turn(1);
    rig.reply(1, 200);
    rig.clock.advance(1000);
    expect(rig.loop.phase).toBe('speaking');
    ended(1);
    expect(rig.loop.phase).toBe('resting');
  });

  it('G5, G-t2: minutes of silence end nothing and ask for nothing', () => {
    started();
    rig.speak(120_000);
    tell('silence');
    rig.speak(60_000);
    expect(rig.link.calls.filter((call) => !call.startsWith('tune'))).toEqual([]);
    expect(rig.loop.phase).toBe('resting');
    expect(rig.loop.isOpen).toBe(true);
  });

  it('G6: after 30 s of speech says that this was all, and listens again after the reply', () => {
    started();
    rig.speak(5000);
    tell('voice');
    rig.speak(20_000);
    expect(rig.loop.leftMs).toBe(10_000);
    rig.speak(9980);
    expect(rig.link.calls).not.toContain('endOfSpeech');
    rig.speak(40);
    expect(rig.link.calls).toContain('endOfSpeech');
    const heard = heardMs();
    expect(heard).toBeLessThanOrEqual(35_020);
    rig.speak(5000);
    expect(heardMs()).toBe(heard);
    expect(rig.loop.phase).toBe('understanding');
    turn(1);
    rig.reply(1, 100);
    ended(1);
    rig.clock.advance(1000);
    expect(rig.loop.isOpen).toBe(true);
  });

  it('G6: counts anew with every utterance, also after one that was nothing', () => {
    started();
    tell('voice');
    rig.speak(20_000);
    tell('silence', 'ignored');
    expect(rig.loop.leftMs).toBeUndefined();
    tell('voice');
    rig.speak(20_000);
    expect(rig.loop.leftMs).toBe(10_000);
    expect(rig.link.calls).not.toContain('endOfSpeech');
  });

  it('G10: gives what the user said, from a little before the voice was noticed', () => {
    const said: [number, number][] = [];
    rig.loop.events.on('said', (number, pcm) =>
      said.push([number, pcm.reduce((sum, { byteLength }) => sum + byteLength / 32, 0)]),
    );
    started();
    rig.speak(3000);
    tell('voice');
    rig.speak(1000);
    tell('silence', 'accepted');
    turn(1);
    expect(said).toEqual([[1, 1800]]);
    ended(1);
    turn(2, 'typed');
    expect(said).toHaveLength(1);
  });

  it('G12: stop ends the recording, the reply and its restart, and what still comes of it', () => {
    started();
    tell('voice', 'silence', 'accepted');
    turn(1);
    rig.reply(1, 5000);
    rig.clock.advance(500);
    let keptBytes = 0;
    rig.loop.events.on('stopping', () => {
      for (const { byteLength } of rig.player.takeTape(1)?.pcm ?? []) keptBytes += byteLength;
    });
    rig.loop.stop();
    // What was heard until then may be heard again.
    expect(keptBytes / 48).toBe(330);
    expect(rig.mic.state.status).toBe('off');
    expect(rig.link.calls).toContain('interrupt');
    expect(rig.speaker.silenced).toContain(1);
    expect(rig.loop.phase).toBe('resting');
    const played = rig.speaker.played.length;
    rig.reply(1, 1000, 5000);
    rig.link.events.emit('resumed', 1, 500);
    ended(1, 'interrupted');
    rig.clock.advance(20_000);
    expect(rig.speaker.played).toHaveLength(played);
    expect(rig.loop.isOn).toBe(false);
    expect(rig.loop.phase).toBe('resting');
  });

  it('G12: what was being understood when it was stopped is not answered', () => {
    started();
    tell('voice', 'silence', 'accepted');
    rig.loop.stop();
    turn(1);
    expect(rig.link.calls.filter((call) => call === 'interrupt')).toHaveLength(2);
    rig.reply(1, 1000);
    expect(rig.speaker.played).toEqual([]);
    expect(rig.loop.phase).toBe('resting');
    turn(2, 'typed');
    rig.reply(2, 1000);
    expect(rig.speaker.played).toHaveLength(1);
  });

  it('G-t3: who speaks into a reply is heard, and silences it', () => {
    started();
    turn(1, 'typed');
    rig.reply(1, 5000);
    rig.speak(1000);
    expect(heardMs()).toBe(1000);
    tell('voice');
    rig.link.events.emit('cut', 1);
    expect(rig.speaker.silenced).toEqual([1]);
    expect(rig.loop.phase).toBe('yielding');
    tell('silence', 'accepted');
    ended(1, 'interrupted');
    expect(rig.loop.phase).toBe('understanding');
    turn(2);
    rig.reply(2, 1000);
    expect(rig.loop.phase).toBe('speaking');
  });

  it('G-t3: barge-in can be switched off, and on again', () => {
    started(false);
    expect(rig.link.calls.at(-1)).toBe('tune {"bargeIn":false}');
    turn(1, 'typed');
    rig.reply(1, 5000);
    expect(rig.loop.isOpen).toBe(false);
    rig.loop.bargeIn = true;
    expect(rig.link.calls.at(-1)).toBe('tune {"bargeIn":true}');
    expect(rig.loop.isOpen).toBe(true);
  });

  it('goes on by typing when the microphone is refused', () => {
    rig.loop.start();
    rig.mic.refuse();
    expect(rig.loop.isOn).toBe(false);
    turn(1, 'typed');
    rig.reply(1, 100);
    ended(1);
    rig.clock.advance(1000);
    expect(rig.loop.phase).toBe('resting');
    expect(rig.link.heard).toEqual([]);
  });

  it('hears nothing while the server is away, and goes on when it is back', () => {
    started();
    rig.link.to('lost');
    rig.speak(1000);
    expect(heardMs()).toBe(0);
    expect(rig.loop.isOn).toBe(true);
    rig.link.to('online');
    rig.speak(1000);
    expect(heardMs()).toBe(1000);
  });

  it('opens the microphone when the server is back, if its program could not be fetched before', () => {
    rig.link.to('lost');
    rig.loop.start();
    rig.mic.refuse('AbortError');
    expect(rig.loop.isOn).toBe(true);
    rig.link.to('online');
    expect(rig.mic.state.status).toBe('asking');
    rig.mic.refuse('AbortError');
    expect(rig.loop.isOn).toBe(false);
    rig.link.to('lost');
    rig.loop.start();
    rig.mic.refuse('AbortError');
    rig.loop.stop();
    rig.link.to('online');
    expect(rig.mic.state.status).toBe('off');
  });

  it('begins anew where the conversation of before is gone: turns count from one again', () => {
    started();
    turn(7);
    rig.reply(7, 5000);
    rig.link.events.emit('renewed', []);
    expect(rig.loop.phase).toBe('resting');
    expect(rig.loop.isOpen).toBe(true);
    turn(1);
    rig.reply(1, 100);
    expect(rig.loop.phase).toBe('speaking');
  });

  it('listens on when a pause leads to nothing, or what was said could not be understood', () => {
    started(false);
    tell('voice', 'silence');
    rig.clock.advance(4000);
    expect(rig.loop.phase).toBe('resting');
    tell('voice', 'silence', 'accepted');
    rig.link.events.emit('error', { code: 'BRIDGE_ERR_STT', message: 'no' });
    expect(rig.loop.phase).toBe('resting');
    tell('voice', 'silence', 'accepted');
    rig.clock.advance(40_000);
    expect(rig.loop.phase).toBe('resting');
  });

  it('hears nothing of what is played once more', () => {
    started();
    rig.loop.isReplaying = true;
    rig.speak(1000);
    expect(heardMs()).toBe(0);
    rig.loop.isReplaying = false;
    expect(rig.loop.isOpen).toBe(true);
  });

  it('tells the server what was heard of a reply', () => {
    turn(1, 'typed');
    rig.reply(1, 1000);
    rig.clock.advance(1400);
    expect(rig.link.played_.length).toBeGreaterThan(3);
    expect(rig.link.played_.at(-1)).toEqual([1, 1000]);
  });

  it('leaves nothing running when it is closed', () => {
    started();
    tell('voice');
    turn(1);
    rig.reply(1, 1000);
    tell('voice', 'silence', 'accepted');
    rig.loop.close();
    expect(rig.clock.pendingCount).toBe(0);
    expect(rig.mic.state.status).toBe('off');
  });
});
