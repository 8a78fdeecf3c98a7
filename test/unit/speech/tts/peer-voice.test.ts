import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../../../../src/runtime/index.js';
import {
  MMDAGENT_VOICE_ROW,
  type PeerMessages,
  type PeerSpeechOptions,
  PeerVoice,
} from '../../../../src/speech/child/index.js';
import { peerPieces } from '../../../../src/speech/tts/mmdagent/peer-text.js';
import { settle } from '../../../support/speech/scripted-programs.js';

/** MMDAgent-EX as far as its voices go; times as measured with Plugin_Open_JTalk. */
class Peer implements PeerMessages {
  readonly sent: string[] = [];
  readonly clock = new FakeClock();
  isGone = false;
  /** What it does with a message; left out: it says everything in a second. */
  act = (text: string): void => {
    if (text.startsWith('SYNTH_START|')) {
      this.tellAfter(40, 'SYNTH_EVENT_START|0');
      this.tellAfter(1040, 'SYNTH_EVENT_STOP|0');
    }
  };
  #listeners = new Set<(type: string, args: readonly string[]) => void>();

  async send(type: string, args: readonly string[]): Promise<void> {
    if (this.isGone) throw new Error('the link is down');
    const text = [type, ...args].join('|');
    this.sent.push(`${this.clock.nowMs()} ${text}`);
    this.act(text);
  }

  onMessage(listener: (type: string, args: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(text: string): void {
    const [type = '', ...args] = text.split('|');
    for (const listener of [...this.#listeners]) listener(type, args);
  }

  tellAfter(delayMs: number, text: string): void {
    this.clock.after(delayMs, () => this.tell(text));
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }
}

const open: { peer: Peer; voice: PeerVoice }[] = [];

function make(options: Record<string, unknown> = {}) {
  const peer = new Peer();
  const checked = MMDAGENT_VOICE_ROW.schema(z).parse({ type: 'mmdagent', ...options });
  const voice = new PeerVoice({ ...checked, name: 'mmdagent', alias: '0' }, peer, peer.clock);
  open.push({ peer, voice });
  const speak = (text: string, more: PeerSpeechOptions = {}) => {
    const result: { end: unknown } = { end: undefined };
    voice.speak(text, more).then(
      (spoken) => {
        result.end = spoken;
      },
      (error: unknown) => {
        result.end = error;
      },
    );
    return result;
  };
  return { peer, voice, speak };
}

afterEach(async () => {
  for (const { peer, voice } of open.splice(0)) {
    const closed = voice.close();
    await peer.clock.advanceAsync(5000);
    await closed;
    expect(peer.listenerCount).toBe(0);
    expect(peer.clock.pendingCount).toBe(0);
  }
});

describe('PeerVoice', () => {
  it('has MMDAgent-EX say a text, and tells when it began and ended', async () => {
    const { peer, speak } = make();
    const begun: unknown[] = [];
    const spoken = speak('今日は雨です。', { onStarted: (piece, atMs) => begun.push([piece, atMs]) });
    await peer.clock.advanceAsync(500);
    expect(peer.sent).toEqual(['0 SYNTH_START|0|mei_voice_normal|今日は雨です。']);
    expect(begun).toEqual([['今日は雨です。', 40]]);
    expect(spoken.end).toBeUndefined();
    await peer.clock.advanceAsync(600);
    expect(spoken.end).toEqual({ startedAtMs: 40, endedAtMs: 1040 });
  });

  it('sends the next only when one has ended, since a second replaces the first', async () => {
    const { peer, speak } = make();
    const all = ['いち', 'に', 'さん'].map((text) => speak(text));
    await peer.clock.advanceAsync(4000);
    expect(peer.sent.map((line) => line.replace(/ .*\|/, ' '))).toEqual(['0 いち', '1040 に', '2080 さん']);
    expect(all.map(({ end }) => end)).toEqual([
      { startedAtMs: 40, endedAtMs: 1040 },
      { startedAtMs: 1080, endedAtMs: 2080 },
      { startedAtMs: 2120, endedAtMs: 3120 },
    ]);
  });

  it('says a long text in pieces that the message of the mouth has room for', async () => {
    const { peer, speak } = make();
    const spoken = speak('あいうえお'.repeat(30));
    await peer.clock.advanceAsync(5000);
    expect(peer.sent).toHaveLength(3);
    expect(spoken.end).toEqual({ startedAtMs: 40, endedAtMs: 3120 });
  });

  it('chooses the style by the language of the text, and takes one that is asked for', async () => {
    const { peer, speak } = make();
    speak('Hello there');
    speak('こんにちは');
    speak('Bonjour', { language: 'ja' });
    speak('Hello', { style: 'mei_voice_happy' });
    await peer.clock.advanceAsync(6000);
    expect(peer.sent.map((line) => line.split('|').slice(2).join('|'))).toEqual([
      'slt_voice_normal|Hello there',
      'mei_voice_normal|こんにちは',
      'mei_voice_normal|Ｂｏｎｊｏｕｒ',
      'mei_voice_happy|Ｈｅｌｌｏ',
    ]);
  });

  it('stops at once when aborted, and closes the mouth once the plugin has let go of it', async () => {
    const { peer, speak } = make();
    const controller = new AbortController();
    const spoken = speak('今日は雨です。', { signal: controller.signal });
    peer.act = (text) => {
      if (text === 'SYNTH_STOP|0') peer.tellAfter(70, 'SYNTH_EVENT_STOP|0');
    };
    await peer.clock.advanceAsync(0);
    peer.tell('SYNTH_EVENT_START|0');
    await peer.clock.advanceAsync(300);
    const reason = new Error('the user spoke');
    controller.abort(reason);
    await peer.clock.advanceAsync(1000);
    expect(spoken.end).toBe(reason);
    expect(peer.sent.slice(1)).toEqual(['300 SYNTH_STOP|0', '370 LIPSYNC_START|0|sil,50']);
  });

  it('closes the mouth and goes on though the end of what was stopped is not told', async () => {
    const { peer, speak } = make();
    const controller = new AbortController();
    peer.act = () => {};
    speak('はい', { signal: controller.signal });
    const next = speak('いいえ');
    await settle();
    peer.tell('SYNTH_EVENT_START|0');
    controller.abort();
    await peer.clock.advanceAsync(1499);
    expect(peer.sent.at(-1)).toBe('0 SYNTH_STOP|0');
    await peer.clock.advanceAsync(1);
    expect(peer.sent.slice(-2)).toEqual([
      '1500 LIPSYNC_START|0|sil,50',
      '1500 SYNTH_START|0|mei_voice_normal|いいえ',
    ]);
    peer.tell('SYNTH_EVENT_START|0');
    peer.tell('SYNTH_EVENT_STOP|0');
    await settle();
    expect(next.end).toEqual({ startedAtMs: 1500, endedAtMs: 1500 });
  });

  it('does not let a text that is taken back while it waits bring the next forward', async () => {
    const { peer, speak } = make();
    const controller = new AbortController();
    speak('いち');
    const waiting = speak('に', { signal: controller.signal });
    speak('さん');
    await peer.clock.advanceAsync(500);
    controller.abort(new Error('no'));
    await settle();
    expect(waiting.end).toEqual(new Error('no'));
    expect(peer.sent).toHaveLength(1);
    await peer.clock.advanceAsync(2000);
    expect(peer.sent.map((line) => line.replace(/ .*\|/, ' '))).toEqual(['0 いち', '1040 さん']);
  });

  it('says what to check when MMDAgent-EX tells nothing, as it does for an unknown style', async () => {
    const { peer, speak } = make({ styles: { nope: 'ja' } });
    peer.act = () => {};
    const spoken = speak('はい');
    await peer.clock.advanceAsync(2999);
    expect(spoken.end).toBeUndefined();
    await peer.clock.advanceAsync(400);
    expect(spoken.end).toMatchObject({
      code: 'BRIDGE_ERR_SPEECH_VOICE',
      retryable: false,
      provider: 'mmdagent',
    });
    expect((spoken.end as Error).message).toContain('"nope"');
  });

  it('does not wait for an end for ever', async () => {
    const { peer, speak } = make();
    peer.act = (text) => {
      if (text.startsWith('SYNTH_START|')) peer.tellAfter(40, 'SYNTH_EVENT_START|0');
      if (text === 'SYNTH_STOP|0') peer.tellAfter(70, 'SYNTH_EVENT_STOP|0');
    };
    const spoken = speak('はい');
    await peer.clock.advanceAsync(14_000);
    expect(spoken.end).toBeUndefined();
    await peer.clock.advanceAsync(100);
    expect(spoken.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_STALLED', retryable: true });
  });

  it('takes only events of its own model, and no end before a start', async () => {
    const { peer, speak } = make();
    peer.act = () => {};
    const spoken = speak('はい');
    await settle();
    peer.tell('SYNTH_EVENT_STOP|0');
    peer.tell('SYNTH_EVENT_START|1');
    peer.tell('SYNTH_EVENT_STOP|1');
    await settle();
    expect(spoken.end).toBeUndefined();
    peer.tell('SYNTH_EVENT_START|0');
    peer.tell('SYNTH_EVENT_STOP|0');
    await settle();
    expect(spoken.end).toEqual({ startedAtMs: 0, endedAtMs: 0 });
  });

  it('fails when the link is gone', async () => {
    const { peer, speak } = make();
    peer.isGone = true;
    const spoken = speak('はい');
    await peer.clock.advanceAsync(400);
    expect(spoken.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM', retryable: true });
  });

  it('says nothing of signs alone, and refuses a style that would be another message', async () => {
    const { peer, speak } = make();
    const signs = speak('…！|');
    const forged = speak('はい', { style: 'x|y' });
    await settle();
    expect(signs.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_TEXT' });
    expect(forged.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_VOICE' });
    expect(peer.sent).toEqual([]);
  });

  it('stops what is heard when closed, and speaks no more', async () => {
    const { peer, voice, speak } = make();
    peer.act = (text) => {
      if (text.startsWith('SYNTH_START|')) peer.tell('SYNTH_EVENT_START|0');
      if (text === 'SYNTH_STOP|0') peer.tell('SYNTH_EVENT_STOP|0');
    };
    const first = speak('いち');
    const second = speak('に');
    await settle();
    await voice.close();
    expect(peer.sent.slice(1)).toEqual(['0 SYNTH_STOP|0', '0 LIPSYNC_START|0|sil,50']);
    for (const { end } of [first, second]) expect(end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM' });
    const third = speak('さん');
    await settle();
    expect(third.end).toMatchObject({ code: 'BRIDGE_ERR_SPEECH_PROGRAM' });
  });
});

describe('peerPieces', () => {
  it('leaves no ASCII in Japanese, since Plugin_Open_JTalk writes beyond its memory with it', () => {
    expect(peerPieces('Hello world|3時ｶﾞﾝﾊﾞﾙ', 'ja')).toEqual(['Ｈｅｌｌｏ　ｗｏｒｌｄ、３時ガンバル']);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const piece of peerPieces(text, 'ja')) {
          expect(piece).not.toMatch(/[\u0000-\u007f\uff61-\uff9f|]/);
          expect([...piece].length).toBeLessThanOrEqual(60);
        }
      }),
    );
  });

  it('leaves nothing but ASCII in English, on one line and without a bar', () => {
    expect(peerPieces('Café – “yes”|no\nThat’s it 😀', 'en-GB')).toEqual(['Cafe , "yes", no', "That's it"]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        for (const piece of peerPieces(text, 'en')) {
          expect(piece).toMatch(/^[ -~]{1,180}$/);
          expect(piece).not.toContain('|');
        }
      }),
    );
  });
});
