"""Where agents' telephones are: who may say so, what is taken, and what follows."""

import factories

TEHRAN = "+982188776655"


async def test_an_agent_says_where_his_telephone_is(agent, table):
    put = await agent("PUT", "/presence/phone", {"address": "021 8877 6655"}, status=200)

    assert put == {"agent_id": agent.user_id, "address": TEHRAN}
    assert await agent("GET", "/presence/phone", status=200) == put
    assert await table.fetchval("SELECT phone_address FROM agent WHERE id = $1", agent.user_id) == (
        TEHRAN
    )


async def test_a_telephone_may_be_in_a_browser(agent):
    put = await agent("PUT", "/presence/phone", {"address": "client:ann"}, status=200)

    assert put["address"] == "client:ann"


async def test_a_telephone_in_the_network_is_taken_only_where_its_host_is_allowed(agent):
    sip = {"address": "sip:ann@desk.test"}

    problem = await agent("PUT", "/presence/phone", sip, status=403)

    assert problem["code"] == "destination_not_allowed"  # it would never ring


async def test_what_cannot_be_dialled_is_refused_with_its_place(agent, table, subtests):
    for address in ["12", "<Dial>", "", " ", 123456]:
        with subtests.test(address=address):
            problem = await agent("PUT", "/presence/phone", {"address": address}, status=422)

            assert problem["field"] == "body.address"
            assert await table.fetchval("SELECT count(phone_address) FROM agent") == 0


async def test_a_telephone_is_taken_away(agent):
    await agent("PUT", "/presence/phone", {"address": TEHRAN}, status=200)

    gone = await agent("PUT", "/presence/phone", {"address": None}, status=200)

    assert gone["address"] is None


async def test_supervisors_say_it_of_others_and_agents_do_not(agent, supervisor):
    path = f"/agents/{agent.user_id}/phone"

    put = await supervisor("PUT", path, {"address": TEHRAN}, status=200)

    assert await supervisor("GET", path, status=200) == put
    assert (await agent("GET", "/presence/phone", status=200))["address"] == TEHRAN
    await agent("GET", f"/agents/{supervisor.user_id}/phone", status=403)
    await agent("PUT", f"/agents/{supervisor.user_id}/phone", {"address": None}, status=403)


async def test_the_trail_tells_how_it_ends_and_saying_it_again_tells_nothing(agent, admin):
    for _ in range(2):
        await agent("PUT", "/presence/phone", {"address": TEHRAN}, status=200)

    [entry] = (await admin("GET", "/audit?what=agent", status=200))["items"]
    assert entry["data"]["changed"] == {"phone_address": {"from": None, "to": "…655"}}
    assert entry["actor"] == f"user:{agent.user_id}"


async def test_an_agent_nobody_knows_has_no_telephone(supervisor):
    await supervisor("GET", "/agents/777000777/phone", status=404)
    await supervisor("PUT", "/agents/777000777/phone", {"address": TEHRAN}, status=404)


async def test_nobody_has_his_telephone_where_nobody_may_be_called(agent, table):
    await factories.prepare(table)
    queue_id = await factories.queue(table)
    await factories.entry_point(table, queue_id=queue_id, channel="phone")

    problem = await agent("PUT", "/presence/phone", {"address": "+442071838750"}, status=403)

    assert problem["code"] == "destination_not_allowed"
    await agent("PUT", "/presence/phone", {"address": TEHRAN}, status=200)


async def test_a_number_that_earns_is_nobodys_telephone(agent):
    problem = await agent("PUT", "/presence/phone", {"address": "+449098790000"}, status=403)

    assert problem["reason"] == "premium_number"
