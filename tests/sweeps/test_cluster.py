"""Cluster: the one on this machine, which nobody else can use."""

import psutil

from senet_lab.sweeps.cluster import local_client


def test_a_local_cluster_has_a_worker_per_run_and_no_address_that_another_process_can_reach():
    with local_client(2) as client:
        info = client.scheduler_info(n_workers=-1)
        addresses = [info["address"], *info["workers"]]
        hosts = {each.laddr.ip for each in psutil.Process().net_connections() if each.status == psutil.CONN_LISTEN}
    assert [address.partition("://")[0] for address in addresses] == ["inproc"] * 3
    assert hosts <= {"127.0.0.1"}  # of Dask's HTTP servers, which have no pages
