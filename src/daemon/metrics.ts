import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ErrorCode } from '../runtime/index.js';

/** What the daemon can be asked at the moment of a scrape. */
export interface MetricsSource {
  lanes(): readonly {
    readonly lane: string;
    readonly isConnected: boolean;
    readonly bufferedMs: number;
    readonly queuedLines: number;
    readonly utterances: number;
  }[];
  clients(): number;
}

/** Lateness in seconds: fine where a listener would not notice, coarse where he would. */
const LATENESS_BUCKETS = [0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1];

/**
 * The daemon's counters, one registry per daemon. Names are documented in the README.
 *
 * Sound units are counted in plain numbers per lane and read at the scrape: only lateness is observed as it happens.
 */
export class DaemonMetrics {
  readonly registry = new Registry();
  readonly lateness: Histogram;
  readonly messages: Counter<'lane' | 'direction'>;
  readonly underruns: Counter<'lane'>;
  readonly underrunSeconds: Counter<'lane'>;
  readonly droppedSeconds: Counter<'lane'>;
  readonly units: Counter<'lane'>;
  readonly bytes: Counter<'lane'>;
  readonly connections: Counter<'lane'>;
  readonly outages: Counter<'link'>;
  readonly refusedPeers: Counter<'link' | 'reason'>;
  readonly refusals: Counter<'code'>;
  readonly interruptions: Counter<'lane'>;
  readonly uncaught: Counter;
  #source: MetricsSource | undefined;

  constructor() {
    const registers = [this.registry];
    const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
      new Counter({ name, help, labelNames, registers });
    // Its default of 10 ms would wake an idle daemon a hundred times a second.
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 200 });
    this.lateness = new Histogram({
      name: 'bridge_unit_lateness_seconds',
      help: 'How late sound units left, behind their deadline',
      buckets: LATENESS_BUCKETS,
      registers,
    });
    this.units = counter('bridge_sound_units_total', 'Sound units sent', ['lane']);
    this.bytes = counter('bridge_sound_bytes_total', 'Bytes of PCM sent', ['lane']);
    this.messages = counter('bridge_messages_total', 'Message lines exchanged with MMDAgent-EX', [
      'lane',
      'direction',
    ]);
    this.underruns = counter(
      'bridge_underruns_expected_total',
      'Times MMDAgent-EX must have run out of sound inside a stream',
      ['lane'],
    );
    this.underrunSeconds = counter('bridge_underrun_seconds_total', 'Silence that those must have caused', [
      'lane',
    ]);
    this.droppedSeconds = counter(
      'bridge_live_dropped_seconds_total',
      'Live sound thrown away to bound the lag',
      ['lane'],
    );
    this.connections = counter('bridge_connections_total', 'Connections to MMDAgent-EX', ['lane']);
    this.outages = counter('bridge_outages_total', 'Times a link was lost or could not be dialled', ['link']);
    this.refusedPeers = counter('bridge_peers_refused_total', 'Peers turned away', ['link', 'reason']);
    this.refusals = counter('bridge_requests_refused_total', 'Client requests answered with an error', [
      'code',
    ]);
    this.interruptions = counter('bridge_interruptions_total', 'Utterances interrupted', ['lane']);
    this.uncaught = new Counter({
      name: 'bridge_uncaught_errors_total',
      help: 'Errors that nobody handled; the daemon goes on, since its links must live',
      registers,
    });
    this.#gauges();
  }

  set source(source: MetricsSource) {
    this.#source = source;
  }

  refused(code: ErrorCode): void {
    this.refusals.inc({ code });
  }

  #gauges(): void {
    const registers = [this.registry];
    const source = (): MetricsSource | undefined => this.#source;
    new Gauge({
      name: 'bridge_clients',
      help: 'Clients connected to the daemon',
      registers,
      collect() {
        this.set(source()?.clients() ?? 0);
      },
    });
    const perLane = (
      name: string,
      help: string,
      value: (lane: ReturnType<MetricsSource['lanes']>[number]) => number,
    ): void => {
      new Gauge({
        name,
        help,
        labelNames: ['lane'],
        registers,
        collect() {
          this.reset();
          for (const lane of source()?.lanes() ?? []) this.set({ lane: lane.lane }, value(lane));
        },
      });
    };
    perLane('bridge_lane_connected', 'Whether an MMDAgent-EX is connected', (lane) =>
      lane.isConnected ? 1 : 0,
    );
    perLane('bridge_lead_seconds', 'Sound sent and not yet heard', (lane) => lane.bufferedMs / 1000);
    perLane('bridge_queued_messages', 'Messages that wait to be sent', (lane) => lane.queuedLines);
    perLane('bridge_utterances', 'Utterances spoken or waiting', (lane) => lane.utterances);
  }
}
