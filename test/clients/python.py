"""What a program with Python's kubernetes client does: typed and dynamic calls, a watch, an exec, a port-forward, an error.

Prints one line for each thing that was read back; fails loudly at the first that is otherwise.
"""
import json
import sys

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException
from kubernetes.stream import stream

config.load_kube_config(sys.argv[1])
namespace = sys.argv[2]
core, apps, batch = client.CoreV1Api(), client.AppsV1Api(), client.BatchV1Api()


def done(what, seen):
    print(json.dumps([what, seen]), flush=True)


done("version", client.VersionApi().get_code().git_version)
done("nodes", [node.metadata.name for node in core.list_node().items])

container = client.V1Container(name="main", image="host/sh", args=["-c", "echo hello; sleep 1000"])
template = client.V1PodTemplateSpec(
    metadata=client.V1ObjectMeta(labels={"app": "py"}), spec=client.V1PodSpec(containers=[container])
)
deployment = client.V1Deployment(
    metadata=client.V1ObjectMeta(name="py"),
    spec=client.V1DeploymentSpec(
        replicas=1, selector=client.V1LabelSelector(match_labels={"app": "py"}), template=template
    ),
)
apps.create_namespaced_deployment(namespace, deployment)
for event in watch.Watch().stream(
    core.list_namespaced_pod, namespace, label_selector="app=py", timeout_seconds=30
):
    if event["object"].status.phase == "Running":
        pod = event["object"].metadata.name
        done("watched until it runs", event["type"])
        break

scale = apps.patch_namespaced_deployment_scale("py", namespace, {"spec": {"replicas": 2}})
done("scaled", scale.spec.replicas)
done("read back", apps.read_namespaced_deployment("py", namespace).spec.replicas)
done("log", core.read_namespaced_pod_log(pod, namespace))
done(
    "exec",
    stream(
        core.connect_get_namespaced_pod_exec,
        pod,
        namespace,
        command=["echo", "from inside"],
        stdout=True,
        stderr=True,
        stdin=False,
        tty=False,
    ),
)
try:
    core.read_namespaced_pod("nobody", namespace)
except ApiException as error:
    done("error", [error.status, json.loads(error.body)["reason"]])

page = core.list_namespaced_pod(namespace, limit=1)
done("pages", [len(page.items), page.metadata._continue is not None])

dynamics = dynamic.DynamicClient(client.ApiClient())
maps = dynamics.resources.get(api_version="v1", kind="ConfigMap")
body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "dyn"}, "data": {"a": "1"}}
maps.create(body=body, namespace=namespace)
maps.server_side_apply(
    # This client sends an apply only as the text that it is given.
    body=json.dumps({**body, "data": {"a": "2"}}),
    name="dyn",
    namespace=namespace,
    field_manager="python",
    force_conflicts=True,
)
done("dynamic", maps.get(name="dyn", namespace=namespace).data.a)

batch.create_namespaced_job(
    namespace,
    client.V1Job(
        metadata=client.V1ObjectMeta(name="py"),
        spec=client.V1JobSpec(
            template=client.V1PodTemplateSpec(
                spec=client.V1PodSpec(
                    restart_policy="Never", containers=[client.V1Container(name="m", image="host/true")]
                )
            )
        ),
    ),
)
done("job", batch.read_namespaced_job("py", namespace).spec.backoff_limit)
apps.delete_namespaced_deployment("py", namespace, propagation_policy="Foreground")
review = client.V1SelfSubjectAccessReview(
    spec=client.V1SelfSubjectAccessReviewSpec(
        resource_attributes=client.V1ResourceAttributes(verb="create", resource="pods")
    )
)
done("may create pods", client.AuthorizationV1Api().create_self_subject_access_review(review).status.allowed)
