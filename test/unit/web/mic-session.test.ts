import { beforeEach, describe, expect, it } from 'vitest';
import { type SpeechEnd, SpeechHandle } from '../../../src/client/speech-handle.js';
import type { OpenParams } from '../../../src/control/messages.js';
import { Emitter, FakeClock, RequestError } from '../../../src/runtime/index.js';
import type { BridgeViewEvents, LinkState } from '../../../src/web/bridge-view.js';
import { MicSession } from '../../../src/web/mic-session.js';
import type { MicChoice, MicEvents, MicState } from '../../../src/web/microphone.js';

const CHOICE: MicChoice = {
  deviceId: undefined,
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
};
const ON: MicState = { status: 'on', label: 'Mic', deviceId: 'm', rateHz: 16_000, captureMs: 30 };

/** A microphone that is opened and lost by hand. */
class FakeMic {
  readonly events = new Emitter<MicEvents>();
  state: MicState = { status: 'off' };
  async start(): Promise<void> {
    this.set({ status: 'asking' });
  }
  stop(): void {
    this.set({ status: 'off' });
  }
  set(state: MicState): void {
    this.state = state;
    this.events.emit('stateChange', state);
  }
  frame(sample: number): void {
    this.events.emit('frame', new Int16Array(320).fill(sample), 0);
  }
}

interface Opened {
  readonly params: OpenParams;
  readonly handle: SpeechHandle;
  readonly requests: string[];
  bytes: number;
}

/** A bridge that gives a stream for each `open`, unless it is told to refuse. */
class FakeBridge {
  readonly events = new Emitter<BridgeViewEvents>();
  link: LinkState = 'online';
  refusal: Error | undefined;
  readonly opened: Opened[] = [];
  go(link: LinkState): void {
    this.link = link;
    this.events.emit('link', link);
  }
  async open(params: OpenParams): Promise<SpeechHandle> {
    if (this.refusal !== undefined) throw this.refusal;
    const requests: string[] = [];
    const carrier = {
      sendSound: (bytes: Uint8Array) => {
        one.bytes += bytes.byteLength - 12;
      },
      request: async (name: string) => {
        requests.push(name);
        return { tie: 0 };
      },
    };
    const lane = params.lane ?? 'simulator';
    const opening = { stream: this.opened.length, lane, acceptedBytes: Number.MAX_SAFE_INTEGER };
    const handle = new SpeechHandle(carrier as ConstructorParameters<typeof SpeechHandle>[0], opening, 2000);
    const one: Opened = { params, handle, requests, bytes: 0 };
    this.opened.push(one);
    return handle;
  }
}

describe('MicSession', () => {
  let clock: FakeClock;
  let mic: FakeMic;
  let bridge: FakeBridge;
  let session: MicSession;
  let stopped: string[];
  const settle = async (): Promise<void> => {
    for (let n = 0; n < 10; n++) await Promise.resolve();
  };
  const speak = async (lane = 'a'): Promise<Opened> => {
    session.start(CHOICE, lane);
    mic.set(ON);
    await settle();
    return newest();
  };
  const newest = (): Opened => {
    const one = bridge.opened.at(-1);
    if (one === undefined) throw new Error('nothing was opened');
    return one;
  };
  const end = (one: Opened, how: SpeechEnd): void => one.handle.finish(how);

  beforeEach(() => {
    clock = new FakeClock();
    mic = new FakeMic();
    bridge = new FakeBridge();
    session = new MicSession({ bridge, clock, mic });
    session.feed.gate = { by: 'off' };
    stopped = [];
    session.events.on('stopped', (reason) => stopped.push(reason));
  });

  it('has the avatar listen as soon as the microphone is on, and passes every frame', async () => {
    session.start(CHOICE, 'a');
    await settle();
    expect(bridge.opened).toEqual([]);
    mic.set(ON);
    await settle();
    expect(newest().params).toEqual({ kind: 'live', ifBusy: 'interrupt', lane: 'a' });
    mic.frame(5);
    mic.frame(6);
    expect(newest().bytes).toBe(1280);
    expect(session.carry).toEqual({ status: 'speaking', lane: 'a' });
  });

  it('ends the stream when it is stopped, and leaves no timer', async () => {
    const one = await speak();
    session.stop();
    expect(one.requests).toEqual(['end']);
    expect(session.carry).toEqual({ status: 'none' });
    expect(clock.pendingCount).toBe(0);
    mic.frame(1);
    expect(one.bytes).toBe(0);
  });

  it('asks again every second while the avatar does not listen', async () => {
    bridge.refusal = new RequestError('BRIDGE_ERR_LANE_NOT_READY', 'not yet');
    session.start(CHOICE, 'a');
    mic.set(ON);
    await settle();
    expect(session.carry).toMatchObject({ status: 'waiting', error: { code: 'BRIDGE_ERR_LANE_NOT_READY' } });
    bridge.refusal = undefined;
    clock.advance(1000);
    await settle();
    expect(session.carry).toEqual({ status: 'speaking', lane: 'a' });
  });

  it('opens another stream when one failed', async () => {
    const one = await speak();
    end(one, { reason: 'failed', heardMs: 0, error: new RequestError('BRIDGE_ERR_LINK_LOST', 'gone') });
    expect(session.carry).toMatchObject({ status: 'waiting' });
    clock.advance(1000);
    await settle();
    expect(bridge.opened.length).toBe(2);
    expect(mic.state.status).toBe('on');
  });

  it('stops the microphone when somebody interrupts it', async () => {
    end(await speak(), { reason: 'interrupted', heardMs: 100 });
    expect(mic.state.status).toBe('off');
    expect(stopped).toEqual(['interrupted']);
    expect(clock.pendingCount).toBe(0);
  });

  it('follows a change of avatar, and stays where it is when nobody is named', async () => {
    const first = await speak('a');
    session.lane = undefined;
    session.lane = 'a';
    expect(first.requests).toEqual([]);
    session.lane = 'b';
    await settle();
    expect(first.requests).toEqual(['end']);
    expect(newest().params.lane).toBe('b');
    mic.frame(1);
    expect([first.bytes, newest().bytes]).toEqual([0, 640]);
  });

  it('drops an answer that comes after another avatar was chosen', async () => {
    session.start(CHOICE, 'a');
    mic.set(ON);
    session.lane = 'b';
    await settle();
    const [first, second] = bridge.opened;
    expect([first?.requests, second?.requests]).toEqual([['end'], []]);
    expect(session.carry).toEqual({ status: 'speaking', lane: 'b' });
  });

  it('sends nothing while the bridge is away, and goes on when it is back', async () => {
    const one = await speak();
    bridge.go('lost');
    mic.frame(1);
    expect(one.bytes).toBe(0);
    clock.advance(59_000);
    expect(mic.state.status).toBe('on');
    bridge.go('online');
    mic.frame(1);
    expect(one.bytes).toBe(640);
    clock.advance(120_000);
    expect(mic.state.status).toBe('on');
  });

  it('lets go of the microphone when the bridge stays away for a minute', async () => {
    await speak();
    bridge.go('lost');
    clock.advance(60_000);
    expect(mic.state.status).toBe('off');
    expect(stopped).toEqual(['bridgeLost']);
    expect(clock.pendingCount).toBe(0);
  });

  it.each(['connecting', 'lost'] as const)(
    'lets go of a microphone that was started while the bridge was %s, after a minute from the start',
    async (link) => {
      bridge.go(link);
      clock.advance(120_000);
      session.start(CHOICE, 'a');
      clock.advance(30_000);
      mic.set(ON);
      // It went away and came back, and the bridge was tried again.
      mic.set({ status: 'lost', error: { code: 'MicrophoneLost', message: '' } });
      bridge.go('lost');
      mic.set(ON);
      clock.advance(29_999);
      expect([mic.state.status, stopped]).toEqual(['on', []]);
      clock.advance(1);
      expect([mic.state.status, stopped]).toEqual(['off', ['bridgeLost']]);
      expect(clock.pendingCount).toBe(0);
    },
  );

  it('gives a microphone that is started again its whole minute', async () => {
    bridge.go('lost');
    session.start(CHOICE, 'a');
    clock.advance(59_000);
    session.stop();
    expect(clock.pendingCount).toBe(0);
    session.start(CHOICE, 'a');
    clock.advance(59_000);
    expect(mic.state.status).toBe('asking');
  });

  it('tells how far the avatar is behind: the microphone, and what was sent and not heard', async () => {
    const one = await speak();
    expect(session.lagMs).toBeUndefined();
    for (let n = 0; n < 10; n++) mic.frame(1);
    one.handle.received('streamPosition', { stream: 0, heardMs: 80, atMs: 0 });
    expect(session.lagMs).toBe(30 + 120);
  });
});
