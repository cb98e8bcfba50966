// What was changed in a plan by hand, kept apart from what the words say, so that it outlives other words.

const LISTS = ["shots", "camera", "entities", "relations", "actions", "effects", "edits"];
const SAID = new Set(["span", "id", "_key"]);
const READ = new Set(["task", "duration_s", "version", "spans", "unread", "warnings", "not_rendered"]); // of the words and the form, never changed by hand
export const LEAST_S = 0.2; // of anything in a clip
const copy = (value) => structuredClone(value);
const sorted = (value) =>
  value && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort()
          .filter(([, part]) => part !== null),
      )
    : value;
const same = (a, b) => JSON.stringify(sorted(a) ?? null) === JSON.stringify(sorted(b) ?? null);

/** By what an item is known again in another reading of the words: what it is, and which of its kind. */
function keyed(plan) {
  const nouns = Object.fromEntries((plan.entities ?? []).map((item) => [item.id, item._key?.replace(/ #\d+$/, "") ?? item.noun]));
  const name = {
    shots: () => "shot",
    camera: (item) => item.move,
    entities: (item) => item.ref ?? item.noun,
    relations: (item) => `${nouns[item.of]} ${item.relation} ${nouns[item.to] ?? item.to}`,
    actions: (item) => `${nouns[item.who]} ${item.verb}`,
    effects: (item) => item.kind,
    edits: (item) => `${item.op} ${item.target ?? item.what ?? ""}`,
  };
  const found = copy(plan);
  for (const list of LISTS) {
    const count = {};
    for (const item of found[list] ?? []) {
      const text = name[list](item);
      count[text] = (count[text] ?? 0) + 1;
      item._key ??= `${text} #${count[text]}`;
    }
  }
  return found;
}

/** Every place in a plan where an entity is named by its id: `set(object, field)`. */
function eachName(plan, set) {
  const fields = { actions: ["who", "object"], relations: ["of", "to"], effects: ["where"], camera: ["target"], shots: ["focus"] };
  for (const [list, names] of Object.entries(fields))
    for (const item of plan[list] ?? []) {
      for (const name of names) if (item[name]) set(item, name);
      for (const name of item.path ? Object.keys(item.path) : []) set(item.path, name);
    }
}

/** A plan whose items name entities by what they are, so that a change outlives new ids. */
function byKey(plan, known = []) {
  const found = keyed(plan),
    keys = new Map([...known, ...found.entities].map((item) => [item.id, `@@${item._key}`]));
  eachName(found, (item, name) => (item[name] = keys.get(item[name]) ?? item[name]));
  return found;
}

/** The other way round; what names somebody who is not there any more goes with them. */
function byId(plan) {
  const found = copy(plan),
    ids = new Map(found.entities.map((item) => [`@@${item._key}`, item.id]));
  const isLost = (value) => typeof value === "string" && value.startsWith("@@") && !ids.has(value);
  found.actions = found.actions.filter((act) => !isLost(act.who));
  found.relations = found.relations.filter((item) => !isLost(item.of) && !isLost(item.to));
  found.effects = found.effects.filter((item) => !isLost(item.where));
  for (const act of found.actions) {
    for (const name of Object.keys(act.path ?? {})) if (isLost(act.path[name])) delete act.path[name];
    if (act.path && !Object.keys(act.path).length) act.path = null;
  }
  eachName(found, (item, name) => (item[name] = isLost(item[name]) ? null : (ids.get(item[name]) ?? item[name])));
  return found;
}

/** A plan as it is sent: without our own marks. */
export const plain = (plan) => JSON.parse(JSON.stringify(plan, (key, value) => (key === "_key" ? undefined : value)));

/** What was changed by hand, as [{list, key, was, is}]: `was` is missing of what was added, `is` of what was taken out. */
function changesOf(base, plan) {
  const found = [];
  for (const list of LISTS) {
    const before = new Map((base[list] ?? []).map((item) => [item._key, item])),
      after = new Map((plan[list] ?? []).map((item) => [item._key, item]));
    for (const [key, was] of before) {
      const is = after.get(key);
      if (!is) found.push({ list, key, was });
      else if (fieldsOf(was, is).length) found.push({ list, key, was, is });
    }
    for (const [key, is] of after) if (!before.has(key)) found.push({ list, key, is });
  }
  for (const key of Object.keys({ ...base, ...plan })) {
    const isPart = !LISTS.includes(key) && !READ.has(key);
    if (isPart && !same(spanless(base[key]), spanless(plan[key])))
      found.push({ list: "", key, was: base[key] ?? null, is: plan[key] ?? null });
  }
  return found;
}

export const fieldsOf = (was, is) =>
  [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => !SAID.has(name) && !same(was[name], is[name]));
const spanless = (value) => (value && typeof value === "object" && !Array.isArray(value) ? { ...value, span: null } : value);

/** A plan with changes made to it; those whose item the words do not name now are left out. */
function changed(base, changes) {
  const plan = copy(base);
  for (const { list, key, was, is } of changes) {
    if (!list) {
      plan[key] = copy(is);
      continue;
    }
    const items = (plan[list] ??= []),
      at = items.findIndex((item) => item._key === key);
    if (!was) items.push(copy(is));
    else if (at >= 0 && !is) items.splice(at, 1);
    else if (at >= 0) for (const name of fieldsOf(was, is)) items[at][name] = copy(is[name]);
  }
  for (const list of ["camera", "actions", "effects", "relations", "shots"])
    for (const item of plan[list] ?? []) clamp(item, plan.duration_s);
  return plan;
}

/** Times within the clip, whatever its length is now. */
function clamp(item, total) {
  if (typeof item.start_s !== "number" || typeof item.end_s !== "number") return;
  item.start_s = Math.max(0, Math.min(item.start_s, total - LEAST_S));
  if (item.end_s) item.end_s = Math.min(total, Math.max(item.end_s, item.start_s + LEAST_S));
}

/** The plan of the form: as the words read, with what was changed by hand, every change of which can be undone. */
export class PlanEdits {
  constructor(onchange) {
    this.base = null;
    this.changes = [];
    this.past = [];
    this.future = [];
    this.tell = onchange;
  }

  /** The words were read. A change whose item they do not name now sleeps until they do again. */
  read(plan) {
    this.base = byKey(plan);
    if (!this.given) return;
    const spare = new Set(keyed(this.given).entities.map((item) => item._key));
    const given = { ...this.given, entities: this.given.entities.map((item) => this.#known(item, spare)) };
    this.given = null;
    this.changes = changesOf(this.base, byKey(given));
  }

  /** Somebody who was renamed is known by their id. */
  #known(item, names) {
    const mine = this.base.entities.find((other) => other.id === item.id && other.kind === item.kind);
    const isNamed = this.base.entities.some((other) => (other.ref ?? other.noun) === (item.ref ?? item.noun));
    return mine && !isNamed && !names.has(mine._key) ? { ...item, _key: mine._key } : item;
  }

  /** Begin with a plan that came along with a request; null: with that of the words. */
  begin(given) {
    Object.assign(this, { given: given ?? null, changes: [], past: [], future: [] });
  }

  get plan() {
    return byId(changed(this.base, this.changes));
  }

  /** The changes that the words of now have something for. */
  get active() {
    const there = (list, key) => !list || (this.base[list] ?? []).some((item) => item._key === key);
    return this.changes.filter(({ list, key, was }) => !was || there(list, key));
  }

  get differs() {
    return Boolean(this.base) && this.active.length > 0;
  }

  change(make) {
    const plan = this.plan;
    make(plan);
    const sleeping = this.changes.filter((item) => !this.active.includes(item));
    this.#set([...changesOf(this.base, byKey(plan, this.base.entities)), ...sleeping]);
  }

  drop(change) {
    const lost = (item) => JSON.stringify(item.was ?? "").includes(`"@@${change.key}"`); // went with whom it names
    this.#set(this.changes.filter((other) => other !== change && !(change.list === "entities" && !change.is && !other.is && lost(other))));
  }

  reset() {
    this.#set([]);
  }

  undo() {
    if (!this.past.length) return;
    this.future.push(this.changes);
    this.changes = this.past.pop();
    this.tell();
  }

  redo() {
    if (!this.future.length) return;
    this.past.push(this.changes);
    this.changes = this.future.pop();
    this.tell();
  }

  #set(changes) {
    if (same(changes, this.changes)) return;
    this.past.push(this.changes);
    this.future = [];
    this.changes = changes;
    this.tell();
  }
}
