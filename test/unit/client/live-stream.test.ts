import { describe, expect, it } from 'vitest';
import { SpeechHandle } from '../../../src/client/index.js';
import { droppedMs, LiveStream } from '../../../src/client/live-stream.js';
import type { OpenParams } from '../../../src/control/index.js';
import { decodeSoundPart } from '../../../src/control/index.js';
import { type BridgeError, FakeClock, RequestError } from '../../../src/runtime/index.js';

const FRAME = new Uint8Array(640).fill(7);

/** A daemon's side, as far as one lane of live sound goes. */
class FakeDaemon {
  readonly clock = new FakeClock();
  readonly opened: OpenParams[] = [];
  readonly requests: string[] = [];
  readonly handles: SpeechHandle[] = [];
  readonly said: string[] = [];
  readonly parts: number[] = [];
  droppedSeconds = 0;
  isClosed = false;
  refusal: BridgeError | undefined;

  async open(params: OpenParams): Promise<SpeechHandle> {
    this.opened.push(params);
    if (this.refusal !== undefined) throw this.refusal;
    const stream = this.handles.length + 1;
    const carrier = {
      sendSound: (bytes: Uint8Array) => void this.parts.push(decodeSoundPart(bytes)?.pcm.byteLength ?? 0),
      request: async (name: string) => {
        this.requests.push(`${name} ${stream}`);
        if (name === 'end') this.handle(stream).finish({ reason: 'completed', heardMs: 0 });
        if (name === 'interrupt') this.handle(stream).finish({ reason: 'interrupted', heardMs: 0 });
        return { tie: 0 };
      },
    };
    const opened = { stream, lane: 'gene', acceptedBytes: Number.MAX_SAFE_INTEGER };
    const handle = new SpeechHandle(carrier as ConstructorParameters<typeof SpeechHandle>[0], opened, 2000);
    this.handles.push(handle);
    return handle;
  }

  request = (async (name: string) => {
    this.requests.push(name);
    const text = `# HELP x\nbridge_live_dropped_seconds_total{lane="gene"} ${this.droppedSeconds}\n`;
    return { contentType: 'text/plain', text };
  }) as never;

  handle(stream: number): SpeechHandle {
    const handle = this.handles[stream - 1];
    if (handle === undefined) throw new Error(`No stream ${stream} was opened`);
    return handle;
  }

  start(): Promise<LiveStream> {
    const { clock } = this;
    return LiveStream.open({
      client: this,
      clock,
      params: { leadMs: 50 },
      say: (text) => this.said.push(text),
    });
  }

  async heard(stream: number): Promise<void> {
    this.handle(stream).received('streamStarted', { stream, lane: 'gene', heardAtMs: 0, atMs: 0 });
    await this.clock.advanceAsync(0);
  }

  async lost(stream: number): Promise<void> {
    const error = new RequestError('BRIDGE_ERR_LINK_LOST', 'The connection of lane gene ended', {
      retryable: true,
    });
    this.handle(stream).finish({ reason: 'failed', heardMs: 0, error });
    await this.clock.advanceAsync(0);
  }
}

describe('LiveStream', () => {
  it('opens a live stream and passes frames at once', async () => {
    const daemon = new FakeDaemon();
    const stream = await daemon.start();
    expect(daemon.opened).toEqual([{ kind: 'live', leadMs: 50 }]);
    stream.write(FRAME);
    expect(daemon.parts).toEqual([640]);
    expect(stream).toMatchObject({
      lane: 'gene',
      isSpeaking: false,
      lagMs: undefined,
      droppedMs: 0,
      reopened: 0,
    });
  });

  it('tells what lies between a frame that comes and sound that is heard', async () => {
    const daemon = new FakeDaemon();
    const stream = await daemon.start();
    await daemon.heard(1);
    for (let frame = 0; frame < 10; frame++) stream.write(FRAME);
    daemon.handle(1).received('streamPosition', { stream: 1, heardMs: 60, atMs: 0 });
    stream.write(FRAME);
    expect(stream.lagMs).toBe(140);
  });

  it('opens again what ended, on the same lane, as long as it takes, and tells it once', async () => {
    const daemon = new FakeDaemon();
    const stream = await daemon.start();
    await daemon.heard(1);
    await daemon.lost(1);
    expect(stream.isSpeaking).toBe(false);
    daemon.refusal = new RequestError('BRIDGE_ERR_LANE_NOT_READY', 'not ready', { retryable: true });
    await daemon.clock.advanceAsync(5000);
    daemon.refusal = undefined;
    await daemon.clock.advanceAsync(500);
    expect(daemon.opened.at(-1)).toEqual({
      kind: 'live',
      lane: 'gene',
      leadMs: 50,
      readyTimeoutMs: 3_600_000,
    });
    await daemon.heard(2);
    stream.write(FRAME);
    expect(daemon.handle(2).sentBytes).toBe(640);
    expect(stream).toMatchObject({ isSpeaking: true, reopened: 1 });
    expect(daemon.said).toEqual([
      'The connection of lane gene ended. Going on when lane gene is ready',
      'Speaking on lane gene again',
    ]);
    await stream.end();
    expect(daemon.requests).toContain('end 2');
    expect(daemon.clock.pendingCount).toBe(0);
  });

  it('opens again what somebody interrupted', async () => {
    const daemon = new FakeDaemon();
    const stream = await daemon.start();
    await daemon.heard(1);
    daemon.handle(1).finish({ reason: 'interrupted', heardMs: 0 });
    await daemon.clock.advanceAsync(500);
    expect(daemon.handles).toHaveLength(2);
    await stream.interrupt();
    expect(daemon.clock.pendingCount).toBe(0);
  });

  it('fails when no avatar was ever there', async () => {
    const daemon = new FakeDaemon();
    const stream = await daemon.start();
    const error = new RequestError('BRIDGE_ERR_LANE_NOT_READY', 'No MMDAgent-EX', { retryable: true });
    daemon.handle(1).finish({ reason: 'failed', heardMs: 0, error });
    await expect(stream.failed).rejects.toBe(error);
    expect(daemon.opened).toHaveLength(1);
  });

  it('fails when the lane is gone for good', async () => {
    const daemon = new FakeDaemon();
    const stream = await daemon.start();
    await daemon.heard(1);
    await daemon.lost(1);
    daemon.refusal = new RequestError('BRIDGE_ERR_LANE_UNKNOWN', 'No lane gene');
    await daemon.clock.advanceAsync(500);
    await expect(stream.failed).rejects.toBe(daemon.refusal);
    expect(daemon.clock.pendingCount).toBe(0);
  });

  it('does not wait for an avatar that went away when it is to end', async () => {
    const daemon = new FakeDaemon();
    const stream = await daemon.start();
    await daemon.heard(1);
    await daemon.lost(1);
    await daemon.clock.advanceAsync(500);
    await stream.end();
    expect(daemon.requests).toContain('interrupt 2');
    expect(daemon.requests).not.toContain('end 2');
    expect(daemon.clock.pendingCount).toBe(0);
  });

  it('is not opened again when it was to end anyway', async () => {
    const daemon = new FakeDaemon();
    const stream = await daemon.start();
    await daemon.heard(1);
    expect(await stream.end()).toMatchObject({ reason: 'completed' });
    await daemon.clock.advanceAsync(5000);
    expect(daemon.opened).toHaveLength(1);
    expect(daemon.clock.pendingCount).toBe(0);
  });

  it('counts what was thrown away while an avatar spoke, and only that', async () => {
    const daemon = new FakeDaemon();
    daemon.droppedSeconds = 12;
    const stream = await daemon.start();
    await daemon.heard(1);
    daemon.droppedSeconds = 12.06;
    await daemon.clock.advanceAsync(10_000);
    expect(stream.droppedMs).toBe(60);
    await daemon.lost(1);
    daemon.droppedSeconds = 40;
    await daemon.clock.advanceAsync(500);
    await daemon.heard(2);
    daemon.droppedSeconds = 40.02;
    await stream.measureDrops();
    expect(stream.droppedMs).toBe(80);
    await stream.end();
    expect(daemon.clock.pendingCount).toBe(0);
  });
});

describe('droppedMs', () => {
  it('finds the lane that is meant', () => {
    const text = [
      'bridge_live_dropped_seconds_total{lane="a"} 1.5',
      'bridge_live_dropped_seconds_total{lane="a-2"} 0.02',
    ].join('\n');
    expect([droppedMs(text, 'a'), droppedMs(text, 'a-2'), droppedMs(text, 'b')]).toEqual([1500, 20, 0]);
  });
});
