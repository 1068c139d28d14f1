import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import { ExportResultCode, parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';

import type { EngineReport } from '../face/engine-report.js';
import type { AnsweredTrace, RequestTrace, RequestTraces } from './current-trace.js';

/** A collector that does not answer must not hold up the end of the program. */
const LAST_WORDS_MS = 2000;

export interface OtlpOptions {
  /** Unless OTEL_SERVICE_NAME says otherwise. */
  readonly serviceName: string;
  readonly version: string;
  /** Takes a sentence for the operator. */
  readonly warn: (sentence: string) => void;
}

/**
 * Traces of requests to a collector, over OTLP/HTTP with JSON. Where it is, what is sampled and how much is kept while it
 * is away is read by the SDK from the standard variables (OTEL_…). The SDK's own instrumentations are not used: they
 * note down addresses with queries, user agents and the client's address.
 *
 * Loaded only when it is asked for. Nothing is registered globally.
 */
export function openOtlpTraces({ serviceName, version, warn }: OtlpOptions): RequestTraces {
  const resource = resourceFromAttributes({ 'service.name': serviceName, 'service.version': version }).merge(
    detectResources({ detectors: [envDetector] }),
  );
  const exporter = announceOutages(new OTLPTraceExporter(), warn);
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
  const tracer = provider.getTracer('vultus', version);
  return {
    start: ({ method, route, traceparent }) => startTrace(tracer, method, route, traceparent),
    close: async () => {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, LAST_WORDS_MS)));
      await Promise.race([provider.shutdown().catch(() => undefined), patience]);
      clearTimeout(timer);
    },
  };
}

function startTrace(
  tracer: Tracer,
  method: string,
  route: string | undefined,
  traceparent: string | undefined,
): RequestTrace {
  // `tracestate` is left behind: it is text of the client's choosing.
  const parent = traceparent === undefined ? null : parseTraceParent(traceparent);
  const context = parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT;
  const attributes = {
    'http.request.method': method,
    ...(route === undefined ? {} : { 'http.route': route }),
  };
  const span = tracer.startSpan(
    `${method} ${route ?? ''}`.trim(),
    { kind: SpanKind.SERVER, attributes },
    context,
  );
  const { traceId, spanId, traceFlags } = span.spanContext();
  let ended = false;
  return {
    traceId,
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    engineWorked: (report) => {
      // What goes on after its request was answered, such as frames of a live session, belongs to others as well.
      if (!ended) noteEngine(tracer, span, report);
    },
    end: (answer) => {
      ended = true;
      endSpan(span, answer);
    },
  };
}

function endSpan(span: Span, { status, problem }: AnsweredTrace): void {
  if (status !== null) span.setAttribute('http.response.status_code', status);
  if (problem !== null) span.setAttribute('vultus.problem', problem);
  const fault = status === null ? 'client_went_away' : status >= 500 ? (problem ?? String(status)) : null;
  if (fault !== null) {
    span.setAttribute('error.type', fault);
    if (status !== null) span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** The work is over when it is heard of: its span is put where it was. */
function noteEngine(
  tracer: Tracer,
  request: Span,
  { kind, outcome, queuedMs, ms, stages }: EngineReport,
): void {
  const endTime = Date.now();
  const span = tracer.startSpan(
    `engine ${kind}`,
    {
      startTime: endTime - ms - queuedMs,
      attributes: {
        'vultus.engine.kind': kind,
        'vultus.engine.outcome': outcome,
        'vultus.engine.queued_ms': round(queuedMs),
        'vultus.engine.work_ms': round(ms),
        ...Object.fromEntries(
          Object.entries(stages).map(([stage, stageMs]) => [`vultus.engine.${stage}_ms`, round(stageMs)]),
        ),
      },
    },
    trace.setSpan(ROOT_CONTEXT, request),
  );
  span.end(endTime);
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

/** One line when a collector goes away, and one when it is back: each batch that is lost would be one otherwise. */
function announceOutages(exporter: SpanExporter, warn: (sentence: string) => void): SpanExporter {
  let isAway = false;
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        const failed = result.code !== ExportResultCode.SUCCESS;
        if (failed && !isAway) {
          // Without its words: they may quote the headers' or the address' secrets.
          warn(
            'Traces could not be sent to the collector of OTEL_EXPORTER_OTLP_ENDPOINT; they are dropped meanwhile.',
          );
        } else if (!failed && isAway) {
          warn('Traces are sent to the collector again.');
        }
        isAway = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
