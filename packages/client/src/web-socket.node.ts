import { WebSocket as NodeWebSocket } from 'ws';

/** Node.js has a WebSocket of its own from version 22 on. */
export const PlatformWebSocket: typeof WebSocket | undefined = NodeWebSocket as unknown as typeof WebSocket;
