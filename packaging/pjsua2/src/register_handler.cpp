/* SPDX: GPL-3.0-or-later */
#include "register_handler.hpp"

#include <pjsua-lib/pjsua_internal.h>

namespace hold_slayer {
namespace {

RegisterHandler *handler = nullptr;

pj_bool_t take(pjsip_rx_data *rdata);

pjsip_module *module()
{
    static char name[] = "mod-hold-slayer-registrar";
    static pjsip_module registrar = {};
    if (!registrar.name.ptr) {
        registrar.name = pj_str(name);
        registrar.id = -1;
        registrar.priority = PJSIP_MOD_PRIORITY_APPLICATION - 1;
        registrar.on_rx_request = &take;
    }
    return &registrar;
}

std::string address(const pj_sockaddr_t *from)
{
    char printed[PJ_INET6_ADDRSTRLEN + 10];
    return pj_sockaddr_print(from, printed, sizeof(printed), 3);
}

/* Appends "Name: value"; what is no header is left out. */
void append(pj_pool_t *pool, pjsip_hdr *list, const std::string &line)
{
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || line.find_first_of("\r\n") != std::string::npos)
        return;
    std::size_t begin = line.find_first_not_of(' ', colon + 1);
    if (begin == std::string::npos)
        begin = line.size();
    const pj_str_t name = {const_cast<char *>(line.data()), static_cast<pj_ssize_t>(colon)};
    const pj_str_t value = {const_cast<char *>(line.data() + begin), static_cast<pj_ssize_t>(line.size() - begin)};
    pjsip_hdr *header = reinterpret_cast<pjsip_hdr *>(pjsip_generic_string_hdr_create(pool, &name, &value));
    pj_list_push_back(list, header);
}

pj_bool_t take(pjsip_rx_data *rdata)
{
    if (!handler || rdata->msg_info.msg->line.req.method.id != PJSIP_REGISTER_METHOD)
        return PJ_FALSE;
    RegisterRequest request;
    request.wholeMsg.assign(rdata->msg_info.msg_buf, static_cast<std::size_t>(rdata->msg_info.len));
    request.source = address(&rdata->pkt_info.src_addr);
    request.transport = rdata->tp_info.transport->type_name;
    request.localAddress = address(&rdata->tp_info.transport->local_addr);
    handler->onRegister(request);
    if (request.statusCode < 200 || request.statusCode > 699)
        return PJ_FALSE;
    pj_pool_t *pool = rdata->tp_info.pool;
    pjsip_hdr list;
    pj_list_init(&list);
    for (const std::string &line : request.headers)
        append(pool, &list, line);
    const pj_str_t reason = {const_cast<char *>(request.reason.data()), static_cast<pj_ssize_t>(request.reason.size())};
    pjsip_endpt_respond(pjsua_get_pjsip_endpt(), module(), rdata, request.statusCode,
                        request.reason.empty() ? nullptr : &reason, &list, nullptr, nullptr);
    return PJ_TRUE;
}

}  // namespace

RegisterHandler::RegisterHandler() {}

RegisterHandler::~RegisterHandler() { stop(); }

void RegisterHandler::start() PJSUA2_THROW(pj::Error)
{
    if (handler && handler != this)
        throw pj::Error(PJ_EEXISTS, "start", "another handler takes REGISTER already", "hold_slayer", 0);
    if (module()->id < 0) {
        const pj_status_t status = pjsip_endpt_register_module(pjsua_get_pjsip_endpt(), module());
        if (status != PJ_SUCCESS)
            throw pj::Error(status, "start", "", "hold_slayer", 0);
    }
    handler = this;
}

void RegisterHandler::stop()
{
    if (handler == this)
        handler = nullptr;
}

void RegisterHandler::onRegister(RegisterRequest &) {}

}  // namespace hold_slayer
