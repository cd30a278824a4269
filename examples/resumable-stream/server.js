import { serve } from "@hono/node-server";
import { createResumableStreamContext } from "resumable-stream";

const streams = createResumableStreamContext({ waitUntil: null });

/** Stands for a language model: twenty words a second. */
function answer() {
  let count = 0;
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      controller.enqueue(`word ${++count}\n`);
      if (count === 100) controller.close();
    },
  });
}

/** The first request for an address starts the answer; others, on any server, join it. */
async function handle(request) {
  const stream = await streams.resumableStream(new URL(request.url).pathname, answer);
  if (stream === null) return new Response("this answer is complete\n", { status: 410 });
  return new Response(stream.pipeThrough(new TextEncoderStream()), { headers: { "Content-Type": "text/plain" } });
}

serve({ fetch: handle, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`listening on http://localhost:${port}`);
});
