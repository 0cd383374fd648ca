/**
 * Config maps and secrets that volumes show: each followed once, however many pods show it.
 *
 * In memory only. What is followed is used by at least one pod of this board; the board may read nothing else.
 */
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { Bus } from "@kubus/shared/bus/bus.ts";
import type { Random } from "@kubus/shared/chance/random.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import type { ActorRegistry } from "@kubus/shared/machine/registry.ts";
import type { Clock } from "@kubus/shared/time/clock.ts";
import { startReflector, type Reflector } from "../api/reflector.ts";
import { ContainerRefusal } from "../container/problem.ts";
import type { Api } from "../ports/api.ts";
import { isAway, notCached } from "./failure.ts";

export interface ObjectName {
  readonly plural: "configmaps" | "secrets";
  readonly namespace: string;
  readonly name: string;
}

export interface Objects {
  /** Undefined when there is none; rejects with a ContainerRefusal when nobody can tell. */
  get<T extends KubeObject>(name: ObjectName, podUid: string): Promise<T | undefined>;
  /** This pod needs nothing any more. */
  forget(podUid: string): void;
  stop(): void;
}

export interface ObjectsOptions {
  readonly api: Api;
  readonly bus: Pick<Bus, "onState">;
  readonly clock: Clock;
  readonly random: Random;
  readonly registry?: ActorRegistry;
  readonly onError: (error: unknown) => void;
  /** Something changed that these pods show. */
  readonly onChange: (podUids: readonly string[]) => void;
}

interface Followed {
  readonly reflector: Reflector<KubeObject>;
  readonly users: Set<string>;
}

export function followedObjects({ onChange, ...options }: ObjectsOptions): Objects {
  const { api } = options;
  const followed = new Map<string, Followed>();

  const follow = ({ plural, namespace, name }: ObjectName, podUid: string) => {
    const key = `${plural} ${namespace}/${name}`;
    const known = followed.get(key);
    if (known !== undefined) {
      known.users.add(podUid);
      return known.reflector;
    }
    const users = new Set([podUid]);
    const only = encodeURIComponent(`metadata.name=${name}`);
    const reflector = startReflector<KubeObject>({
      ...options,
      path: `/api/v1/namespaces/${namespace}/${plural}?fieldSelector=${only}`,
      what: key,
      onChange: (keys) => {
        if (keys.length > 0) onChange([...users]);
      },
    });
    followed.set(key, { reflector, users });
    return reflector;
  };

  return {
    get: async <T extends KubeObject>(name: ObjectName, podUid: string) => {
      const reflector = follow(name, podUid);
      const known = reflector.objects.get(`${name.namespace}/${name.name}`);
      if (known !== undefined) return known as T;
      try {
        // Also when the watch knows of none: it may lag behind.
        return await api.get<T>(`/api/v1/namespaces/${name.namespace}/${name.plural}/${name.name}`);
      } catch (error) {
        if (isRefusal(error, "notFound")) return undefined;
        const why = error instanceof Error ? error.message : String(error);
        const message = `${name.plural.slice(0, -1)} "${name.name}": ${why}`;
        if (!isAway(error)) throw new Error(message, { cause: error });
        throw new ContainerRefusal(notCached[name.plural], message, { cause: error });
      }
    },
    forget: (podUid) => {
      for (const [key, { reflector, users }] of followed) {
        users.delete(podUid);
        if (users.size > 0) continue;
        reflector.stop();
        followed.delete(key);
      }
    },
    stop: () => {
      for (const { reflector } of followed.values()) reflector.stop();
      followed.clear();
    },
  };
}
