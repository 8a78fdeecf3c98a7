import type { Config } from '../config/index.js';

/** What of the configuration the daemon lives by. */
export type DaemonSettings = Pick<
  Config,
  | 'links'
  | 'model'
  | 'mode'
  | 'leadMs'
  | 'latencyMs'
  | 'secondPeer'
  | 'allow'
  | 'linkTlsCert'
  | 'linkTlsKey'
  | 'record'
  | 'queueMessages'
  | 'queuePolicy'
  | 'resumeMs'
  | 'aheadMs'
  | 'readyTimeoutMs'
>;
