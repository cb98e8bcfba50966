// What costs money is shown and agreed to before it is sent: one dialog for Run, Promote and New seed.
import { ApiError, api, dollars, h } from "./lib.js";

/** Somebody was shown a price and did not agree. Nothing was sent. */
export class Declined extends Error {}

/**
 * A call of our own API that may start a render. `offer` is { cost_usd, engine, is_upper_bound } as /plan and /prices give it, or null.
 * When the price is another one by the time the call arrives, it is asked for again.
 */
export async function spend(offer, method, path, body, headers = {}) {
  let agreed = offer?.cost_usd > 0 ? await agree(offer) : 0;
  for (;;) {
    try {
      return await api(method, path, body, agreed ? { ...headers, "x-shotwright-confirm-usd": `${agreed}` } : headers);
    } catch (error) {
      if (!(error instanceof ApiError) || error.price === null || error.price <= agreed) throw error;
      agreed = await agree({ ...offer, cost_usd: error.price, is_upper_bound: true });
    }
  }
}

/** Ask; the price that was agreed to. Throws Declined. */
function agree({ cost_usd: price, title = "this engine", is_upper_bound: isBound }) {
  const amount = `${isBound ? "up to " : ""}${dollars(price)}`;
  const dialog = h(
    "dialog",
    { id: "agree", "aria-labelledby": "agree-title" },
    h("h2", { id: "agree-title" }, `This costs ${amount}`),
    h("p", {}, `The request runs on ${title}, which is paid: this server's account there is charged when the clip is made.`),
    h(
      "form.actions",
      { method: "dialog" },
      h("button", { value: "no" }, "Cancel"),
      h("button.primary", { value: "yes", autofocus: true }, `Pay ${amount} and run`),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve, reject) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      dialog.returnValue === "yes" ? resolve(price) : reject(new Declined("Nothing was sent."));
    });
  });
}

/** What the same request would cost on each engine, by its name. */
export async function pricesOf(id) {
  const { engines } = await api("GET", `/requests/${id}/prices`);
  return Object.fromEntries(engines.map((offer) => [offer.engine, offer]));
}

/** The words of a button that costs something. */
export const priced = (text, offer) => (offer?.cost_usd > 0 ? `${text} · ${dollars(offer.cost_usd)}` : text);
