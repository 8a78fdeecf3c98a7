import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../../src/runtime/index.js';
import { Microphone } from '../../../src/web/microphone.js';

const CHOICE = {
  deviceId: undefined,
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
};

/** What the audio thread waits for: its code, or the browser's leave to run. */
type Step = 'addModule' | 'resume';

let held: Step | undefined;
let isRefusing: boolean;
let go: () => void;
let contexts: FakeContext[];
let tracks: FakeTrack[];
let nodes: FakeNode[];

function step(name: Step): Promise<void> {
  if (name !== held) return Promise.resolve();
  return new Promise((resolve) => {
    go = resolve;
  });
}

class FakeContext {
  state = 'running';
  readonly sampleRate = 16_000;
  readonly baseLatency = 0;
  readonly destination = {};
  readonly audioWorklet = { addModule: () => step('addModule') };
  constructor() {
    contexts.push(this);
  }
  createMediaStreamSource() {
    if (isRefusing) throw new DOMException('no', 'NotSupportedError');
    return { connect: (next: unknown) => next };
  }
  resume(): Promise<void> {
    return step('resume');
  }
  addEventListener(): void {}
  async close(): Promise<void> {
    this.state = 'closed';
  }
}

class FakeTrack {
  readonly label = 'Mic';
  isStopped = false;
  enabled = true;
  addEventListener(): void {}
  getSettings(): object {
    return {};
  }
  stop(): void {
    this.isStopped = true;
  }
}

class FakeNode {
  readonly port: { onmessage: ((message: { data: ArrayBuffer }) => void) | null } = { onmessage: null };
  constructor() {
    nodes.push(this);
  }
  connect(next: unknown): unknown {
    return next;
  }
}

async function settle(): Promise<void> {
  for (let n = 0; n < 30; n++) await Promise.resolve();
}

describe('Microphone', () => {
  let clock: FakeClock;
  let mic: Microphone;

  beforeEach(() => {
    [held, isRefusing, contexts, tracks, nodes] = [undefined, false, [], [], []];
    vi.stubGlobal('AudioContext', FakeContext);
    vi.stubGlobal('AudioWorkletNode', FakeNode);
    vi.stubGlobal('isSecureContext', true);
    vi.stubGlobal('document', { baseURI: 'http://localhost/' });
    const getUserMedia = async () => {
      const track = new FakeTrack();
      tracks.push(track);
      return { getTracks: () => [track], getAudioTracks: () => [track] };
    };
    vi.stubGlobal('navigator', { mediaDevices: { addEventListener: () => {}, getUserMedia } });
    clock = new FakeClock();
    mic = new Microphone(clock);
  });
  afterEach(() => vi.unstubAllGlobals());

  it('is on when its audio thread runs', async () => {
    await mic.start(CHOICE);
    expect(mic.state).toMatchObject({ status: 'on', label: 'Mic', rateHz: 16_000 });
    mic.stop();
    expect([tracks[0]?.isStopped, contexts[0]?.state, clock.pendingCount]).toEqual([true, 'closed', 0]);
  });

  it.each(['addModule', 'resume'] as const)(
    'lets the device go at once when it is stopped during %s',
    async (name) => {
      held = name;
      const starting = mic.start(CHOICE);
      await settle();
      expect([mic.state.status, tracks[0]?.isStopped]).toEqual(['asking', false]);
      mic.stop();
      expect([mic.state.status, tracks[0]?.isStopped]).toEqual(['off', true]);
      go();
      await starting;
      expect([mic.state.status, contexts[0]?.state, clock.pendingCount]).toEqual(['off', 'closed', 0]);
    },
  );

  it('keeps the newer device when an earlier one comes late', async () => {
    held = 'addModule';
    const first = mic.start(CHOICE);
    await settle();
    const goFirst = go;
    held = undefined;
    await mic.start(CHOICE);
    goFirst();
    await first;
    expect(mic.state.status).toBe('on');
    expect(tracks.map(({ isStopped }) => isStopped)).toEqual([true, false]);
    expect(contexts.map(({ state }) => state)).toEqual(['closed', 'running']);
  });

  it('is deaf while it is paused, without being given back, and when it is opened meanwhile', async () => {
    let frames = 0;
    mic.events.on('frame', () => frames++);
    await mic.start(CHOICE);
    const hear = (index: number): void =>
      nodes[index]?.port.onmessage?.({ data: new Int16Array(320).buffer });
    hear(0);
    mic.isPaused = true;
    hear(0);
    expect([frames, tracks[0]?.enabled, tracks[0]?.isStopped, mic.state.status]).toEqual([
      1,
      false,
      false,
      'on',
    ]);
    await mic.start(CHOICE);
    expect(tracks[1]?.enabled).toBe(false);
    mic.isPaused = false;
    hear(1);
    expect([frames, tracks[1]?.enabled]).toEqual([2, true]);
  });

  it('closes every audio thread that takes no microphone', async () => {
    isRefusing = true;
    await mic.start(CHOICE);
    expect(mic.state).toMatchObject({ status: 'failed', error: { code: 'NotSupportedError' } });
    expect(contexts.map(({ state }) => state)).toEqual(['closed', 'closed']);
    expect(tracks[0]?.isStopped).toBe(true);
  });
});
