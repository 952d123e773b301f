// The page arrives isolated or not, as asked, from any host and from our own server.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { launch, serve, withPage } from "./harness.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function expectIsolation(url, isolated) {
  await withPage(browser, url, async (page) => {
    assert.equal(await page.evaluate(() => self.crossOriginIsolated), isolated);
    const shared = await page.evaluate(() => typeof SharedArrayBuffer === "function");
    assert.equal(shared, isolated);
  });
}

describe("a static host", () => {
  for (const isolated of [true, false]) {
    test(`${isolated ? "with" : "without"} the isolation headers`, async () => {
      const host = await serve({ isolated });
      await expectIsolation(host.url, isolated).finally(() => host.close());
    });
  }

  test("with the page in a sub-folder", async () => {
    const host = await serve({ under: "/docs/lanescope" });
    await expectIsolation(host.url, true).finally(() => host.close());
  });
});

// Our own server as a child: `{ url, stop() }`.
async function ownServer(...words) {
  const child = spawn(process.env.LANESCOPE_XTASK, ["serve", "--no-build", ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = () => child.kill();
  let said = "";
  try {
    for await (const text of child.stdout) {
      said += text;
      const url = /http:\S+/.exec(said)?.[0];
      if (url) return { url, stop };
    }
    throw new Error(`the server named no address, only: ${said}`);
  } catch (error) {
    stop();
    throw error;
  }
}

// One request whose path is sent exactly as written, which no browser would do.
function status(url, path) {
  const { hostname, port } = new URL(url);
  return new Promise((answered, failed) => {
    const sent = request({ hostname, port, path, agent: false }, (response) => {
      response.resume();
      answered(response.statusCode);
    });
    sent.on("error", failed).end();
  });
}

const without = process.env.LANESCOPE_XTASK ? false : "LANESCOPE_XTASK names no server";
describe("our own server", { skip: without }, () => {
  test("sends the isolation headers", async () => {
    const server = await ownServer("--port", "0");
    await expectIsolation(server.url, true).finally(server.stop);
  });

  test("leaves them out when asked to", async () => {
    const server = await ownServer("--port", "0", "--no-isolation");
    await expectIsolation(server.url, false).finally(server.stop);
  });

  test("takes the next port when one is taken", async () => {
    const first = await ownServer("--port", "0");
    try {
      const second = await ownServer("--port", new URL(first.url).port);
      try {
        assert.notEqual(second.url, first.url);
        assert.equal(await status(second.url, "/index.html"), 200);
      } finally {
        second.stop();
      }
    } finally {
      first.stop();
    }
  });

  test("refuses to leave its folder", async () => {
    const server = await ownServer("--port", "0");
    try {
      assert.equal(await status(server.url, "/../Cargo.toml"), 400);
      assert.equal(await status(server.url, "/js/%2e%2e/%2e%2e/Cargo.toml"), 400);
      assert.equal(await status(server.url, "/Cargo.toml"), 404);
      assert.equal(await status(server.url, "/page.js"), 200);
    } finally {
      server.stop();
    }
  });
});
